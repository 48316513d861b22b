"""Slots of the ring into blocks of the chain: resampled, timed, and marked where sound is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cabin.audio.resample import Resampler
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.audio.ring import Slot
    from cabin.messages import Samples

__all__ = ["Block", "BlockMaker"]


@dataclass(frozen=True)
class Block:
    """A short stretch of sound, in order, without overlap."""

    samples: Samples
    """Shape (n,), mono float32 at SAMPLE_RATE_HZ."""
    begun_s: float
    """time.monotonic() of the first sample."""
    damaged: bool = False
    """Sound is missing just before it: what is said across that place is not to be trusted."""
    lost: int = 0
    """How many samples at SAMPLE_RATE_HZ are missing, as far as is known; for Endpointer.lose."""

    @property
    def end_s(self) -> float:
        """time.monotonic() after the last sample."""
        return self.begun_s + len(self.samples) / SAMPLE_RATE_HZ


class BlockMaker:
    """Makes blocks of the slots of one source after another."""

    def __init__(self) -> None:
        self.overflows = 0
        """Stretches of sound lost, by the device or because blocks were not taken in time."""
        self.silent_s = 0.0
        """For how long there have been nothing but digital zeros."""
        self._rate_hz = 0
        self._where = ""
        self._end_s: float | None = None
        self._broken = self._damaged = False
        self._lost = 0
        self._in = self._out = 0
        self._resampler = Resampler(SAMPLE_RATE_HZ)

    def begin(self, rate_hz: int, where: str) -> None:
        """Take slots of another source, or of the same one opened anew. Raises SoundError when the rate is unusable."""
        if self._end_s is not None:
            self._broken = True
        self._rate_hz, self._where = rate_hz, where
        self.silent_s = 0.0
        self._new_resampler()

    def change_rate(self, rate_hz: int) -> None:
        """Take what follows as sound of another rate."""
        self._rate_hz = rate_hz
        self._broken = True
        self._new_resampler()

    def make(self, slot: Slot) -> Block | None:
        """Return the slot as a block; None while the resampler holds all of it back."""
        samples, rate = _finite(slot.samples), self._rate_hz
        seconds = len(samples) / rate
        self._note_missing(slot, seconds)
        self.silent_s = 0.0 if samples.any() else self.silent_s + seconds
        self._end_s = slot.begun_s + seconds
        self._in += len(samples)
        out = self._resampler.process(samples)
        if not len(out):
            return None
        self._out += len(out)
        held_s = max(0.0, self._in / rate - self._out / SAMPLE_RATE_HZ)
        begun_s = self._end_s - held_s - len(out) / SAMPLE_RATE_HZ
        damaged, lost = self._damaged, self._lost
        self._damaged, self._lost = False, 0
        return Block(out, begun_s, damaged, lost)

    def _note_missing(self, slot: Slot, seconds: float) -> None:
        """Remember what is missing before this slot, until a block can carry it."""
        if slot.overflowed or slot.lost_blocks:
            self.overflows += 1
            self._damaged = True
            self._lost += round(slot.lost_blocks * seconds * SAMPLE_RATE_HZ)
        if self._broken:
            gap_s = slot.begun_s - self._end_s if self._end_s is not None else 0.0
            self._damaged, self._broken = True, False
            self._lost += max(0, round(gap_s * SAMPLE_RATE_HZ))

    def _new_resampler(self) -> None:
        self._resampler = Resampler(self._rate_hz, self._where)
        self._in = self._out = 0


def _finite(samples: Samples) -> Samples:
    """Return the samples with silence for those that are no numbers: one NaN would stay in every filter behind."""
    return samples if np.isfinite(samples.sum()) else np.nan_to_num(samples, posinf=0.0, neginf=0.0)
