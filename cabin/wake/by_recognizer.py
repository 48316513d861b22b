"""The detector that needs no training: the recognizer reads the first seconds of each stretch of speech.

It works with any phrase at once. What it cannot do: hear the phrase in the middle of speech without a pause, or under
a radio that never stops; and it costs a short recognition for each stretch, some 2 to 4 % of a core among talk.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.wake.detector import Detection

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cabin.messages import Samples, Transcript
    from cabin.wake.detector import Verdict, WakeDetectorSettings

__all__ = ["HEAD_S", "RecognizerDetector", "create_recognizer_detector"]

logger = logging.getLogger(__name__)

HEAD_S = 1.8
"""What is read: the margin before speech, and 1.5 s of it."""

_EASIER = 0.1
"""So much less like the phrase may a head be that ends in the middle of a word; the whole is read again."""


class RecognizerDetector:
    """Implements cabin.wake.detector.WakeDetector. Not thread-safe; the recognizer answers from where it likes."""

    def __init__(self, settings: WakeDetectorSettings) -> None:
        self.detection: Detection | None = None
        self.sounds_like: tuple[str, ...] = ()
        self._phrase, self._hear = settings.phrase, settings.hear
        self._least = settings.likeness - _EASIER
        self._blocks: list[Samples] = []
        self._length = 0
        self._reading: Future[Transcript] | None = None
        self._score = 0.0
        self._verdict: Verdict = "unsure"

    @property
    def verdict(self) -> Verdict:
        """Unsure until the head was read."""
        self._look()
        return self._verdict

    def begin(self) -> None:
        """Forget the stretch before; what is still read of it is not waited for."""
        if self._reading is not None:
            self._reading.cancel()
        self.detection, self._reading, self._verdict = None, None, "unsure"
        self._blocks.clear()
        self._length, self._score = 0, 0.0

    def accept(self, samples: Samples) -> float:
        """Take the next sound; once the head is whole it is read. The score is how like the phrase that was."""
        head = round(HEAD_S * SAMPLE_RATE_HZ)
        if self._length < head:
            self._blocks.append(np.array(samples[: head - self._length], dtype=np.float32))
            self._length += len(self._blocks[-1])
            if self._length >= head:
                self._reading = self._hear(np.concatenate(self._blocks))
                self._blocks.clear()
        self._look()
        return self._score

    def end(self) -> None:
        """A stretch shorter than the head is not read here: it is read whole."""
        self._blocks.clear()

    def _look(self) -> None:
        """Take what was read, once it is there."""
        reading = self._reading
        if reading is None or not reading.done():
            return
        self._reading = None
        if reading.cancelled() or reading.exception() is not None:
            logger.debug("the head of a stretch could not be read; the whole will be")
            return
        text = reading.result().text
        match = self._phrase.find(text, least=0.0)
        self._score = match.likeness if match is not None else 0.0
        if self._score >= self._least:
            self._verdict, self.detection = "yes", Detection(HEAD_S, self._score, HEAD_S, by_sound=False)
        else:
            self._verdict = "no"


def create_recognizer_detector(settings: WakeDetectorSettings) -> RecognizerDetector:
    """Make the detector; it has no model of its own."""
    return RecognizerDetector(settings)
