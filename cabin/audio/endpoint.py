"""Where speech begins and ends: a stream of sound in, utterances with their margins out, in constant memory.

Two thresholds (hysteresis): speech begins after a run of frames over the upper one, and ends when the detector has
stayed under the upper one for the end window, counted from the first frame under the lower one. So a syllable that
hovers between the two neither starts an utterance nor tears one apart.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cabin.audio.endpoint_config import CUT_WINDOW_S, EndpointConfig
from cabin.audio.vad import FRAME_S, FRAME_SAMPLES
from cabin.messages import SAMPLE_RATE_HZ, Utterance

if TYPE_CHECKING:
    from cabin.audio.vad import VoiceDetector
    from cabin.messages import Samples

__all__ = ["EndpointConfig", "EndpointEvent", "Endpointer", "Phase", "utterances"]

Phase = Literal["silence", "speech", "pause"]
"""What the endpointer believes of the present moment."""

EventKind = Literal["start", "pause", "resume", "discard", "end"]

_CUT_FRAMES = round(CUT_WINDOW_S / FRAME_S)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EndpointEvent:
    """Something that the endpointer noticed."""

    kind: EventKind
    """start: speech begins; pause: it stopped for `pause_s`; resume: it goes on; end: the utterance is whole;
    discard: it was too short to be speech."""
    at_s: float
    """Where in the source it was noticed."""
    utterance: Utterance | None = None
    """What was heard so far, at start and pause; the whole, at end."""


class Endpointer:
    """Cuts a stream into utterances. Not thread-safe.

    Memory is bound by `max_utterance_s`, however long the stream is.
    """

    def __init__(self, detector: VoiceDetector, config: EndpointConfig | None = None, source: str = "") -> None:
        self.config = config or EndpointConfig()
        self.source = source
        self.end_s = self.config.end_s
        """Silence that ends the utterance under way; may be set at any time, and is the config's again for the next."""
        self._detector = detector
        self._phase: Phase = "silence"
        self._voiced = 0
        self._begin_at = 0
        self._begin_lost = 0
        self._quiet_from: int | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything, the detector's state included; time begins at 0 again."""
        self._detector.reset()
        self._rest = np.zeros(0, dtype=np.float32)
        self._frames: deque[Samples] = deque()
        self._kept_from = self._position = self._free_from = self._lost = 0
        self._damaged_at = -1
        self._recent: deque[float] = deque(maxlen=_CUT_FRAMES)
        self._to_silence()

    @property
    def phase(self) -> Phase:
        """What the present moment is."""
        return self._phase

    @property
    def position_s(self) -> float:
        """How much sound was seen, lost samples counted."""
        return self._seconds(self._position)

    def accept(self, samples: Samples) -> list[Utterance]:
        """Take the next block, shape (n,) of any n, and return the utterances that it completed."""
        return [event.utterance for event in self.process(samples) if event.kind == "end" and event.utterance]

    def process(self, samples: Samples) -> list[EndpointEvent]:
        """Take the next block, shape (n,) of any n, and return what was noticed in it, in order."""
        block = np.concatenate((self._rest, samples)) if len(self._rest) else np.asarray(samples, dtype=np.float32)
        whole = len(block) - len(block) % FRAME_SAMPLES
        self._rest = block[whole:].copy()
        begins = range(0, whole, FRAME_SAMPLES)
        return [event for begin in begins for event in self._frame(block[begin : begin + FRAME_SAMPLES])]

    def lose(self, count: int) -> None:
        """Note that `count` samples were lost before the next block.

        Time goes on, and the utterance under way is damaged.
        """
        self._lost += count
        self._damaged_at = self._position

    def flush(self) -> list[Utterance]:
        """End the stream: return the utterance under way, if there is one, and reset."""
        self._frames.append(self._rest)
        self._position += len(self._rest)
        events = [] if self._phase == "silence" else list(self._end())
        self.reset()
        return [event.utterance for event in events if event.utterance]

    def so_far(self) -> Utterance | None:
        """Return the utterance under way with all sound up to now, or None when nobody speaks."""
        return None if self._phase == "silence" else self._cut(self._position)

    def _frame(self, frame: Samples) -> Iterator[EndpointEvent]:
        probability = self._detector.probability(frame)
        self._frames.append(frame.copy())
        self._position += FRAME_SAMPLES
        self._recent.append(probability)
        speech = probability >= self.config.start_probability
        if self._phase == "silence":
            yield from self._listen(speech)
        else:
            yield from self._follow(probability, speech)

    def _listen(self, speech: bool) -> Iterator[EndpointEvent]:
        """Handle a frame in silence."""
        self._voiced = self._voiced + FRAME_SAMPLES if speech else 0
        margin = _samples(self.config.margin_s)
        if self._voiced >= _samples(self.config.start_s):
            self._begin(max(self._free_from, self._position - self._voiced - margin))
            yield self._event("start", self._cut(self._position))
        self._forget(self._position - self._voiced - margin if self._phase == "silence" else self._begin_at)

    def _follow(self, probability: float, speech: bool) -> Iterator[EndpointEvent]:
        """Handle a frame of an utterance."""
        if speech:
            self._voiced += FRAME_SAMPLES
            self._quiet_from = None
            if self._phase == "pause":
                self._phase = "speech"
                yield self._event("resume")
        elif probability < self.config.end_probability and self._quiet_from is None:
            self._quiet_from = self._position - FRAME_SAMPLES
        quiet = 0 if self._quiet_from is None else self._position - self._quiet_from
        if quiet >= _samples(self.end_s):
            yield from self._end()
        elif self._position - self._begin_at >= _samples(self.config.max_utterance_s):
            yield from self._cut_short()
        elif quiet >= _samples(self.config.pause_s) and self._phase == "speech":
            self._phase = "pause"
            yield self._event("pause", self._cut(self._last_wanted()))

    def _begin(self, at: int) -> None:
        self._phase = "speech"
        self._begin_at = at
        self._begin_lost = self._lost
        self._quiet_from = None

    def _end(self) -> Iterator[EndpointEvent]:
        yield self._finished(self._last_wanted())
        self._to_silence()
        self._forget(self._position - _samples(self.config.margin_s))

    def _cut_short(self) -> Iterator[EndpointEvent]:
        """End an utterance that became too long at its weakest recent frame; the rest begins the next one."""
        recent = list(self._recent)
        weakest = min(range(len(recent) - 1), key=recent.__getitem__)
        after = recent[weakest + 1 :]
        last = self._position - len(after) * FRAME_SAMPLES
        yield self._finished(last)
        self._begin(last)
        self._voiced = FRAME_SAMPLES * sum(probability >= self.config.start_probability for probability in after)
        self.end_s = self.config.end_s
        self._forget(last)
        yield self._event("start", self._cut(self._position))

    def _finished(self, last: int) -> EndpointEvent:
        """Return how the utterance under way, which ends at `last`, turned out."""
        if self._voiced < _samples(self.config.min_speech_s):
            _log.debug("dropped %.2f s of sound that was too short for speech", self._voiced / SAMPLE_RATE_HZ)
            return self._event("discard")
        self._free_from = last
        return self._event("end", self._cut(last))

    def _to_silence(self) -> None:
        self._phase = "silence"
        self._voiced = 0
        self._quiet_from = None
        self.end_s = self.config.end_s

    def _last_wanted(self) -> int:
        """Return where the utterance under way ends, with its margin."""
        if self._quiet_from is None:
            return self._position
        return min(self._position, self._quiet_from + _samples(self.config.margin_s))

    def _cut(self, last: int) -> Utterance:
        """Return the samples from the beginning of the utterance up to `last` as a copy of their own."""
        kept = np.concatenate(self._frames)
        return Utterance(
            samples=kept[self._begin_at - self._kept_from : last - self._kept_from].copy(),
            start_s=(self._begin_at + self._begin_lost) / SAMPLE_RATE_HZ,
            end_s=self._seconds(last),
            source=self.source,
            damaged=self._damaged_at > self._begin_at,
        )

    def _forget(self, before: int) -> None:
        """Drop the frames that end before a position."""
        while self._frames and self._kept_from + len(self._frames[0]) <= before:
            self._kept_from += len(self._frames.popleft())

    def _event(self, kind: EventKind, utterance: Utterance | None = None) -> EndpointEvent:
        return EndpointEvent(kind, self.position_s, utterance)

    def _seconds(self, position: int) -> float:
        return (position + self._lost) / SAMPLE_RATE_HZ


def utterances(
    blocks: Iterable[Samples], detector: VoiceDetector, config: EndpointConfig | None = None, source: str = ""
) -> Iterator[Utterance]:
    """Yield the utterances of a finite stream of blocks, such as `stream_sound` gives, each as soon as it is whole."""
    endpointer = Endpointer(detector, config, source)
    for block in blocks:
        yield from endpointer.accept(block)
    yield from endpointer.flush()


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)
