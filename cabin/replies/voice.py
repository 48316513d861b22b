"""What a voice is to cabin: text in, sound out, in the voice process.

A voice is made to be given up: when it hangs or dies, its process is killed and the driver gets a tone instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["Voice", "VoiceFactory", "VoiceSettings"]


@dataclass(frozen=True)
class VoiceSettings:
    """What a voice is made from."""

    language: str = "en"
    """What it must speak, as in BCP 47: en, de, ko."""
    speed: float = 1.0
    """1: its own pace; 2: twice as fast."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The voice's own section of cabin.yaml, plugins.NAME, as plain JSON values."""


@runtime_checkable
class Voice(Protocol):
    """One loaded voice."""

    rate_hz: int
    """Of the sound it makes."""

    def say(self, text: str) -> Samples:
        """Return one sentence as sound: mono float32 of shape (n,) in [-1, 1]. Empty when there is nothing to say."""
        ...


VoiceFactory = Callable[[VoiceSettings], Voice]
"""Loads a voice, or raises ModelError with a problem that says what to do. Runs in the voice process."""
