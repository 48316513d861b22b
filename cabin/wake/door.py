"""Both stages on one stream: which stretches of speech are let through to the parser, and with what text.

Three steps for each stretch: `begin` and `accept` while it is heard, `admit` when it has ended, `read` when it was
recognized. The first two belong to the thread that listens; `read` may be called on another.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cabin.messages import SAMPLE_RATE_HZ, Hypothesis, Transcript, Utterance

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.wake.detector import WakeDetector
    from cabin.wake.gate import Decision, WakeGate
    from cabin.wake.phrase import WakePhrase

__all__ = ["Admission", "Reading", "WakeDoor"]

_BEFORE_PHRASE_S = 0.4
"""Kept before a phrase in the middle of a stretch."""
_MOST_BEFORE_S = 1.5
"""As long as no more than this was said before the phrase, the stretch is read whole."""
_EASIER = 0.2
"""So much less like the phrase may a text be when a detector has heard the phrase in the sound as well."""
_EASIER_ALONE, _MORE_WORDS = 0.45, 1
"""And so much less where the text is no longer than the phrase and a word more."""


@dataclass(frozen=True)
class Admission:
    """What the first stage makes of a stretch."""

    decision: Decision
    utterance: Utterance
    """What is to be recognized: without what was said long before the phrase."""
    heard: bool = False
    """A detector has heard the phrase in the sound."""
    begun_s: float = 0.0
    """When speech began, on the gate's clock."""
    ended_s: float = 0.0

    def asks_like(self, other: Admission) -> bool:
        """Whether a text would be judged alike under both."""
        return (self.decision, self.heard) == (other.decision, other.heard)


@dataclass(frozen=True)
class Reading:
    """What the second stage makes of it."""

    kind: Literal["pass", "alone", "drop"]
    """pass: parse the transcript. alone: the phrase and nothing else. drop: it was not meant for the car."""
    transcript: Transcript
    """Without the phrase."""
    likeness: float | None = None
    """How like the phrase it was; None: it was not in it."""


class WakeDoor:
    """Follows one stream."""

    def __init__(self, gate: WakeGate, phrase: WakePhrase, detector: WakeDetector, likeness: float = 0.8) -> None:
        self.gate, self.phrase, self.detector = gate, phrase, detector
        self._likeness = likeness
        self._heard_phrase = dataclasses.replace(phrase, variants=(*phrase.variants, *detector.sounds_like))
        self._decision: Decision = "closed"
        self._begun_s = 0.0

    def begin(self, samples: Samples, begun_s: float) -> None:
        """A stretch begins with these samples; speech itself began at a time on the gate's clock."""
        self._begun_s = begun_s
        self._decision = self.gate.decide(begun_s)
        if self._decision == "ask":
            self.detector.begin()
            self.detector.accept(samples)

    def accept(self, samples: Samples) -> None:
        """Take the next sound of the stretch."""
        if self._decision == "ask":
            self.detector.accept(samples)

    @property
    def is_worth_recognizing(self) -> bool:
        """Whether recognizing the stretch before it has ended may pay."""
        if self._decision == "ask":
            return self.detector.verdict != "no"
        return self._decision == "open"

    def admit(self, utterance: Utterance, ended_s: float) -> Admission:
        """Return what becomes of the stretch as far as it was heard; asked again, it may have changed."""
        decision, heard = self._decision, False
        if decision != "open" and self.gate.decide(self._begun_s) == "open":
            decision = "open"  # a button pushed, or a reply ended, while somebody had just begun to speak
        if decision == "ask":
            verdict, detection = self.detector.verdict, self.detector.detection
            heard = detection is not None and detection.by_sound
            decision = "closed" if verdict == "no" else "ask"
            utterance = self._cut(utterance)
        return Admission(decision, utterance, heard, self._begun_s, ended_s)

    def end(self) -> None:
        """The stretch is over."""
        if self._decision == "ask":
            self.detector.end()

    def read(self, admission: Admission, transcript: Transcript) -> Reading:
        """Return what is to be parsed of a transcript. Changes nothing: `note` does, for what really was said."""
        if admission.decision == "closed":
            return Reading("drop", transcript)
        if self.gate.mode != "phrase":
            return Reading("pass", transcript)
        least = self._likeness - (_EASIER if admission.heard else 0.0)
        readings = transcript.hypotheses if admission.heard else transcript.hypotheses[:1]
        phrase = self._heard_phrase if admission.heard else self.phrase
        found = [(each, phrase.find(each.text, least, anywhere=admission.heard)) for each in readings]
        matched = [(each, match) for each, match in found if match is not None]
        kept = tuple(Hypothesis(match.rest, each.log_prob, each.bias) for each, match in matched if match.rest)
        likeness = max((match.likeness for _, match in matched), default=None)
        if likeness is None:
            likeness = self._alone_likeness(transcript.text) if admission.heard else None
            if likeness is not None:
                return Reading("alone", dataclasses.replace(transcript, hypotheses=()), likeness)
            kind: Literal["pass", "drop"] = "pass" if admission.decision == "open" else "drop"
            return Reading(kind, transcript)
        return Reading("pass" if kept else "alone", dataclasses.replace(transcript, hypotheses=kept), likeness)

    def note(self, admission: Admission, reading: Reading) -> None:
        """Take note of a reading that stands: windows are opened and used up by it."""
        if reading.kind == "alone":
            self.gate.woken(admission.ended_s)
        elif reading.kind == "pass":
            self.gate.took(admission.begun_s)

    def _alone_likeness(self, text: str) -> float | None:
        """Return how like the phrase a text of no more words is, where a detector has heard the phrase in the sound.

        Recognizers need words around words: of two syllables alone they often make something else, or nothing. So much
        is enough to listen to what comes next, for the text itself is dropped; None: it is not even that.
        """
        words = text.split()
        if len(words) > len(self.phrase.words) + _MORE_WORDS:
            return None
        match = self.phrase.find(text, self._likeness - _EASIER_ALONE)
        return match.likeness if match is not None else 0.0 if not words else None

    def _cut(self, utterance: Utterance) -> Utterance:
        """Return an utterance without what was said long before the phrase."""
        detection = self.detector.detection
        if detection is None:
            return utterance
        begin_s = detection.at_s - detection.longest_s - _BEFORE_PHRASE_S
        if begin_s < _MOST_BEFORE_S:
            return utterance
        samples = utterance.samples[round(begin_s * SAMPLE_RATE_HZ) :]
        return dataclasses.replace(utterance, samples=samples, start_s=utterance.start_s + begin_s)
