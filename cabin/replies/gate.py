"""What of the microphone's sound is heard while cabin speaks itself: only what is louder than its own sound.

A half-duplex gate that opens for whoever is louder. The sound that is played is known; how loud it comes back into the
microphone is learned: the 95th percentile of (block of the microphone - loudest of the reply), in dB, over the last
blocks. What comes in while a reply is in the air is compared with its loudest, brought in by that much: with its
loudest, not with what is played just then, for no device says truly how much later its sound is heard.

    less than LEAST_DB above it    digital silence takes its place: it is cabin's own voice
    LEAST_DB to `louder_db`        let through, as "faint": an utterance of it counts for "stop" and "cancel" alone
    more                           let through, as "loud": the driver speaks over the reply, which ends

Speech is not chopped: once loud, the gate stays open for HOLD_S, and while cabin speaks sound goes through LOOKAHEAD
blocks later, so that the soft beginning of a loud word is let through with it.

Chosen over subtracting the own sound (an adaptive filter): that needs the two devices' clocks in step to a fraction of
a sample, which PulseAudio and USB sound cards do not give, and where it fails it lets cabin answer itself. Until some
LEARNED blocks were heard nothing is let through: the first two seconds that it speaks cannot be interrupted by voice.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from cabin.daemon.sources import SourceBlock
    from cabin.messages import Samples

__all__ = ["LEARNED", "LEAST_DB", "EchoGate", "envelope_db"]

LEAST_DB = 4.0
LEARNED = 64
"""Blocks of 32 ms: two seconds."""

HOLD_S = 0.5
LOOKAHEAD = 5

STEP_S = 0.02
"""Of the envelope of what is played."""

_KEPT = 256
_EARLY_S = 0.06
"""The clocks' error."""
_FLOOR_DB = -100.0
_PERCENTILE = 95.0

Passed = Literal["own", "faint", "loud"]


@dataclass(frozen=True)
class _Quiet:
    """A block with nothing in it, in the place of one with our own voice."""

    samples: Samples
    begun_s: float
    damaged: bool
    lost: int


@dataclass(frozen=True)
class _Played:
    """Some sound that was given to the sink."""

    begun_s: float
    """When its first sample is heard."""
    levels_db: tuple[float, ...]

    @property
    def ended_s(self) -> float:
        return self.begun_s + STEP_S * len(self.levels_db)


def envelope_db(samples: Samples, rate_hz: int) -> tuple[float, ...]:
    """Return the level of each STEP_S of a sound, in dB of full scale (RMS)."""
    width = max(1, round(STEP_S * rate_hz))
    whole = samples[: len(samples) // width * width].reshape(-1, width).astype(np.float64)
    power = np.mean(whole**2, axis=1) if len(whole) else np.zeros(0)
    return tuple(float(level) for level in 10 * np.log10(np.maximum(power, 1e-10)))


class EchoGate:
    """Knows what is played. All on the event loop."""

    def __init__(self, louder_db: float, tail_s: float, is_deaf: bool = False) -> None:
        """`is_deaf`: nothing at all is let through while cabin speaks."""
        self.louder_db, self.tail_s, self.is_deaf = louder_db, tail_s, is_deaf
        self.on_loud: Callable[[], None] = lambda: None
        """Called for each block that is louder than our own voice."""
        self._played: deque[_Played] = deque()
        self._learned: deque[float] = deque(maxlen=_KEPT)
        self._kinds: deque[tuple[float, Passed]] = deque(maxlen=_KEPT)
        self._unsure: deque[float] = deque(maxlen=_KEPT)
        """Of blocks that were louder: the driver, or our own voice made louder by somebody's hand."""
        self._held: deque[tuple[SourceBlock, Passed]] = deque()
        self._open_s = -math.inf
        """Until when all is let through: somebody was loud."""

    @property
    def coupling_db(self) -> float | None:
        """How much of what is played comes into the microphone; None: not known yet."""
        return float(np.percentile(self._learned, _PERCENTILE)) if len(self._learned) >= LEARNED else None

    def note_played(self, begun_s: float, levels_db: Sequence[float]) -> None:
        """Take the envelope of sound whose first sample is heard at `begun_s` (time.monotonic)."""
        if not self._played or begun_s > self._played[-1].ended_s + 0.5:
            self.confirm(False)  # of an earlier reply: no words came of it
        self._played.append(_Played(begun_s, tuple(levels_db)))
        while len(self._played) > 64:
            self._played.popleft()

    def note_stopped(self, at_s: float) -> None:
        """Take that everything fell silent at `at_s`."""
        kept = (_cut(each, at_s) for each in self._played)
        self._played = deque(each for each in kept if each.levels_db)

    def is_speaking(self, at_s: float) -> bool:
        """Whether our own voice was in the air at a time, its tail included."""
        return any(each.begun_s - _EARLY_S <= at_s < each.ended_s + self.tail_s for each in self._played)

    def was_loud(self, begun_s: float, ended_s: float) -> bool:
        """Whether sound of this time counts as heard well: our voice was not in it, or somebody was louder."""
        kinds = [kind for at_s, kind in self._kinds if begun_s <= at_s < ended_s]
        over = [kind for kind in kinds if kind != "own"]
        return not over or sum(kind == "loud" for kind in over) * 2 >= len(over)

    def is_loud(self, since_s: float) -> bool:
        """Whether somebody was louder than our own voice since then."""
        return any(kind == "loud" and at_s >= since_s for at_s, kind in self._kinds)

    def through(self, blocks: Sequence[SourceBlock]) -> list[SourceBlock]:
        """Return what is to be heard of these blocks."""
        if not self._played and not self._held:
            return list(blocks)
        out: list[SourceBlock] = []
        for block in blocks:
            kind = self._judge(block)
            if kind == "loud":
                self._held = deque((each, "loud") for each, _ in self._held)
            self._held.append((block, kind or "loud"))
            while self._held and (kind is None or len(self._held) > LOOKAHEAD):
                each, passed = self._held.popleft()
                out.append(each if passed != "own" else _quiet(each))
        if blocks:
            self._forget(blocks[-1].begun_s)
        return out

    def confirm(self, was_driver: bool) -> None:
        """Take whether what was loud was the driver, with words that make sense. If not, it was our own voice."""
        if not was_driver:
            self._learned.extend(self._unsure)
        self._unsure.clear()

    def _judge(self, block: SourceBlock) -> Passed | None:
        """Return what a block is; None: our own voice is not in the air."""
        if not self.is_speaking(block.begun_s):
            return None
        level_db = _level_db(block.samples)
        played_db = self._loudest_db(block.begun_s)
        coupling_db = self.coupling_db
        kind: Passed = "own"
        if coupling_db is not None and not self.is_deaf:
            over_db = level_db - (played_db + coupling_db)
            kind = "loud" if over_db >= self.louder_db else "faint" if over_db >= LEAST_DB else "own"
        (self._learned if kind == "own" else self._unsure).append(level_db - played_db)
        if kind == "loud":
            self._open_s = block.begun_s + HOLD_S
            self.on_loud()
        elif block.begun_s < self._open_s:
            kind = "loud"
        self._kinds.append((block.begun_s, kind))
        return kind

    def _loudest_db(self, at_s: float) -> float:
        """Return the loudest of what is in the air, its tail included."""
        played = (each for each in self._played if each.begun_s - _EARLY_S <= at_s < each.ended_s + self.tail_s)
        return max((max(each.levels_db, default=_FLOOR_DB) for each in played), default=_FLOOR_DB)

    def _forget(self, now_s: float) -> None:
        while self._played and self._played[0].ended_s + self.tail_s < now_s - 1.0:
            self._played.popleft()


def _quiet(block: SourceBlock) -> SourceBlock:
    return _Quiet(np.zeros_like(block.samples), block.begun_s, block.damaged, block.lost)


def _cut(played: _Played, at_s: float) -> _Played:
    count = max(0, math.ceil((at_s - played.begun_s) / STEP_S))
    return _Played(played.begun_s, played.levels_db[:count])


def _level_db(samples: Samples) -> float:
    power = float(np.mean(samples.astype(np.float64) ** 2)) if len(samples) else 0.0
    return 10 * math.log10(max(power, 1e-10))
