"""A detector that is watched: its scores over time, for whoever wants to see why something woke or did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cabin.chain import Hearing
    from cabin.messages import Samples
    from cabin.wake.detector import Detection, Verdict, WakeDetector
    from cabin.wake.hearing import WakefulHearing

__all__ = ["Stretch", "TracedDetector", "stretches"]


@dataclass(frozen=True)
class Stretch:
    """One stretch of speech and what both stages made of it."""

    start_s: float
    end_s: float
    scores: tuple[tuple[float, float], ...]
    """(seconds in the source, score), as the first stage gave them; empty where it was not asked."""
    detected_s: float | None
    """Where the first stage heard the phrase."""
    let_through: bool
    """It was recognized."""
    heard: str
    """What was recognized, without the phrase where that was in it."""
    likeness: float | None
    """How like the phrase its beginning was; None: it did not read as the phrase."""
    woken: bool
    """The phrase woke, or it was awake already."""


@dataclass
class TracedDetector:
    """Implements cabin.wake.detector.WakeDetector around another."""

    inner: WakeDetector
    scores: list[tuple[float, float]] = field(default_factory=list)
    """(seconds from the beginning of the stretch, score)."""
    _given: int = 0

    @property
    def detection(self) -> Detection | None:
        """What was heard."""
        return self.inner.detection

    @property
    def sounds_like(self) -> tuple[str, ...]:
        """How it may be written."""
        return self.inner.sounds_like

    @property
    def verdict(self) -> Verdict:
        """Whether it was said."""
        return self.inner.verdict

    def begin(self) -> None:
        """A stretch begins."""
        self.scores.clear()
        self._given = 0
        self.inner.begin()

    def accept(self, samples: Samples) -> float:
        """Take sound and keep the score."""
        score = self.inner.accept(samples)
        self._given += len(samples)
        self.scores.append((self._given / SAMPLE_RATE_HZ, score))
        return score

    def end(self) -> None:
        """The stretch is over."""
        self.inner.end()


def stretches(hearing: WakefulHearing, blocks: Iterator[Samples], source: str) -> Iterator[Stretch]:
    """Yield each stretch of speech in a stream as soon as it is over. Raises SoundError, ModelError."""
    traced = TracedDetector(hearing.door.detector)
    hearing.door.detector = traced
    try:
        ears: Hearing = hearing
        for utterance in ears.utterances(blocks, source):
            asked = hearing.door.gate.decide(utterance.start_s) != "closed"
            transcript = hearing.recognize(utterance)
            reading, admission, detection = hearing.reading, hearing.admission, traced.detection
            begins_s = utterance.start_s
            yield Stretch(
                round(begins_s, 3),
                round(utterance.end_s, 3),
                tuple((round(begins_s + at_s, 3), round(score, 3)) for at_s, score in traced.scores) if asked else (),
                round(begins_s + detection.at_s, 3) if detection is not None else None,
                admission is not None and admission.decision != "closed",
                (reading.transcript.text if reading is not None and reading.kind != "pass" else transcript.text),
                reading.likeness if reading is not None else None,
                reading is not None and reading.kind != "drop",
            )
            traced.scores.clear()
    finally:
        hearing.door.detector = traced.inner
