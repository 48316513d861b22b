"""The steps of the degradation ladder, and what each says to the driver."""

from __future__ import annotations

from typing import Literal

__all__ = ["STEPS", "Step", "rank", "sentence"]

Step = Literal["normal", "lean", "essential", "deaf", "restart"]

STEPS: tuple[Step, ...] = ("normal", "lean", "essential", "deaf", "restart")
"""From all to nothing. lean: no speculation, n-best 1. essential: safety and body commands only, replies by earcon.
deaf: push-to-talk only. restart: asked of systemd."""

_DOWN: dict[Step, str] = {
    "lean": "I am busy, so I may answer a little later.",
    "essential": "I am overloaded. For now I only do what you need for driving, and answer with a tone.",
    "deaf": "I am overloaded and have stopped listening. Press the talk button to speak to me.",
    "restart": "I have to start again. I will be back in a moment.",
}
_UP: dict[Step, str] = {
    "normal": "All is well again.",
    "lean": "I can do everything again.",
    "essential": "I am listening again. For now I only do what you need for driving.",
}


def rank(step: Step) -> int:
    """Return how far down a step is: 0 for normal."""
    return STEPS.index(step)


def sentence(before: Step, after: Step) -> str:
    """Return what the driver is told of a change. Raises ValueError when there is none."""
    if before == after:
        raise ValueError(f"no change: {before}")
    return _DOWN[after] if rank(after) > rank(before) else _UP[after]
