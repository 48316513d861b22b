"""When systemd's watchdog is fed: only while everything that should move has moved.

The main loop feeds it, no thread beside it: a main loop that hangs feeds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Health", "stuck"]

WORKER_S = 20.0
"""How long replacing a worker may take, waits between attempts and loading included, before the daemon is no daemon."""

SOURCE_S = 5.0
"""How long a source that says it is open may give nothing."""


@dataclass(frozen=True)
class Health:
    """What moved, at one moment. Times are time.monotonic; None: not expected to move."""

    now_s: float
    worker_missing_since_s: float | None
    """Since when there is no worker that can work."""
    worker_silent_since_s: float | None
    """Since when the worker leaves a question unanswered."""
    sound_at_s: float | None
    """When the source last gave sound; None when none is expected: there is no source, or it says what it lacks."""
    acting_since_s: float | None
    """Since when the car is at one utterance."""


def stuck(health: Health, act_s: float, answer_s: float) -> str:
    """Return what does not move though it should; empty when everything does."""
    now_s = health.now_s
    missing, silent = health.worker_missing_since_s, health.worker_silent_since_s
    if missing is not None and now_s - missing > WORKER_S:
        return f"no worker for {now_s - missing:.0f} s"
    if silent is not None and now_s - silent > 2 * answer_s + 1.0:
        return f"the worker was silent for {now_s - silent:.1f} s and could not be replaced"
    if health.sound_at_s is not None and now_s - health.sound_at_s > SOURCE_S:
        return f"no sound for {now_s - health.sound_at_s:.0f} s from a source that says it is open"
    if health.acting_since_s is not None and now_s - health.acting_since_s > act_s:
        return f"the car is at one command for {now_s - health.acting_since_s:.0f} s"
    return ""
