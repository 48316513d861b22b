"""What a wake detector is to cabin: sound of a stretch of speech in, whether the phrase was said, and where.

It is the first, cheap stage: it may be wrong in either direction. What it lets through is read by the recognizer, and
wakes only if it reads as the phrase (cabin.wake.phrase).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.messages import Samples, Transcript
    from cabin.wake.phrase import WakePhrase

__all__ = ["Detection", "Hear", "Verdict", "WakeDetector", "WakeDetectorFactory", "WakeDetectorSettings"]

Verdict = Literal["yes", "no", "unsure"]
"""unsure: it cannot say (yet), and the whole stretch is to be read."""

Hear = Callable[["Samples"], "Future[Transcript]"]
"""Has the recognizer read a piece of sound, now or as soon as it is free."""


@dataclass(frozen=True)
class Detection:
    """The phrase was heard."""

    at_s: float
    """Where it ended at the latest, in seconds from the beginning of the stretch."""
    score: float
    """How surely, 0 to 1."""
    longest_s: float = 2.0
    """It began no longer before its end than this."""
    by_sound: bool = True
    """Heard by other means than the recognizer, which then need not be as sure."""


@dataclass(frozen=True)
class WakeDetectorSettings:
    """What a detector is made from."""

    phrase: WakePhrase
    hear: Hear
    """For detectors that ask the recognizer themselves."""
    threshold: float | None = None
    """Score from which on the phrase counts as heard; None: the detector's own."""
    model: Path | None = None
    """The folder of a trained detector, for those that have one."""
    likeness: float = 0.8
    """How like the phrase a text must be."""


@runtime_checkable
class WakeDetector(Protocol):
    """Listens to one stretch of speech at a time, as the voice detector finds them. One thread owns it."""

    @property
    def detection(self) -> Detection | None:
        """Return what was heard in the present stretch."""
        ...

    @property
    def sounds_like(self) -> tuple[str, ...]:
        """Return what the recognizer may write for the phrase where this detector has heard it in the sound."""
        ...

    @property
    def verdict(self) -> Verdict:
        """Whether the phrase was said in the stretch so far; must return at once."""
        ...

    def begin(self) -> None:
        """A stretch of speech begins; what was heard before is forgotten. Its margin of silence comes first."""
        ...

    def accept(self, samples: Samples) -> float:
        """Take the next sound of the stretch: shape (n,), mono float32 at 16 kHz, any n; never wait.

        Return the score of the newest sound, 0 to 1.
        """
        ...

    def end(self) -> None:
        """Take note that the stretch is over."""
        ...


WakeDetectorFactory = Callable[[WakeDetectorSettings], WakeDetector]
