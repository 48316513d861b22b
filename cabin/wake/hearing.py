"""The gate around hearing from files: what was not meant for the car comes back as nothing heard."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from cabin.audio.endpoint import EndpointConfig, Endpointer
from cabin.audio.vad import FRAME_SAMPLES
from cabin.messages import Transcript, Utterance

if TYPE_CHECKING:
    from cabin.audio.endpoint import EndpointEvent
    from cabin.hearing import LazyHearing
    from cabin.messages import Samples
    from cabin.wake.door import Admission, Reading, WakeDoor

__all__ = ["WakefulHearing"]


class WakefulHearing:
    """Implements cabin.chain.Hearing around another. Not thread-safe. The gate's clock is the place in the source.

    Each utterance is yielded; one that is not meant for the car has no transcript, and is not recognized where the
    first stage can tell. Call `replied` when an utterance was answered, for the window that follows.
    """

    def __init__(self, inner: LazyHearing, door: WakeDoor, endpoint: EndpointConfig | None = None) -> None:
        self.door = door
        self.reading: Reading | None = None
        """What became of the utterance recognized last; None: it was not recognized."""
        self.admission: Admission | None = None
        """How it had come through the first stage."""
        self.counts: Counter[str] = Counter()
        """What became of utterances: closed (not recognized), drop, alone, pass."""
        self._inner = inner
        self._endpoint = endpoint or EndpointConfig()
        self._admissions: dict[int, Admission] = {}

    def load(self) -> None:
        """Load everything now."""
        self._inner.load()

    def close(self) -> None:
        """Free models."""
        self._inner.close()

    def utterances(self, blocks: Iterable[Samples], source: str) -> Iterator[Utterance]:
        """Yield the utterances of a finite stream of blocks, asleep at its beginning. Raises SoundError, ModelError."""
        self.door.gate.close()
        endpointer = Endpointer(self._inner.detector, self._endpoint, source)
        rest = np.zeros(0, dtype=np.float32)
        for block in blocks:
            sound = np.concatenate((rest, block))
            whole = len(sound) - len(sound) % FRAME_SAMPLES
            rest = sound[whole:]
            for begin in range(0, whole, FRAME_SAMPLES):
                yield from self._frame(endpointer, sound[begin : begin + FRAME_SAMPLES])
        yield from (self._admit(utterance) for utterance in self._flushed(endpointer, rest))

    def recognize(self, utterance: Utterance) -> Transcript:
        """Return what was said, without the phrase; nothing where it was not meant for the car."""
        admission = self._admissions.pop(id(utterance), None)
        self.admission, self.reading = admission, None
        if admission is None or admission.decision == "closed":
            self.counts["closed"] += 1
            return Transcript((), "asleep" if admission is not None else "")
        transcript = self._inner.recognize(admission.utterance)
        self.reading = self.door.read(admission, transcript)
        self.counts[self.reading.kind] += 1
        self.door.note(admission, self.reading)
        if self.reading.kind == "pass":
            return self.reading.transcript
        return dataclasses.replace(transcript, hypotheses=(), catalog_evidence=None)

    def replied(self, ended_s: float, seconds: float) -> None:
        """Note that what ended at a place of the source was answered: something may follow without the phrase."""
        self.door.gate.open("follow_up", ended_s, seconds)

    def _frame(self, endpointer: Endpointer, frame: Samples) -> Iterator[Utterance]:
        if endpointer.phase != "silence":
            self.door.accept(frame)
        for event in endpointer.process(frame):
            yield from self._notice(event)

    def _notice(self, event: EndpointEvent) -> Iterator[Utterance]:
        utterance = event.utterance
        if event.kind == "start" and utterance is not None:
            self.door.begin(utterance.samples, utterance.start_s + self._endpoint.margin_s)
        elif event.kind == "end" and utterance is not None:
            yield self._admit(utterance)
        elif event.kind == "discard":
            self.door.end()

    def _admit(self, utterance: Utterance) -> Utterance:
        self.door.end()
        self._admissions.clear()  # of an utterance that nobody wanted recognized
        self._admissions[id(utterance)] = self.door.admit(utterance, utterance.end_s)
        return utterance

    def _flushed(self, endpointer: Endpointer, rest: Samples) -> list[Utterance]:
        if len(rest) and endpointer.phase != "silence":
            self.door.accept(rest)
        endpointer.process(rest)
        return endpointer.flush()
