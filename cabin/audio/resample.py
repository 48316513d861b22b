"""Any sample rate to the chain's own, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from cabin.errors import Problem, SoundError
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["HIGHEST_RATE_HZ", "LOWEST_RATE_HZ", "Resampler", "check_rate"]

LOWEST_RATE_HZ = 4_000
HIGHEST_RATE_HZ = 192_000


def check_rate(rate_hz: int, where: str) -> None:
    """Raise SoundError unless cabin takes sound of this rate; `where` is the file or device it came from."""
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise SoundError(
            Problem(
                "this sample rate cannot be used",
                where,
                seen=f"{rate_hz} Hz",
                expected=f"{LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz",
                hint="Record or convert the sound at 16000 Hz.",
            )
        )


class Resampler:
    """Turns mono float32 blocks of one rate into blocks at SAMPLE_RATE_HZ; keeps the filter's state between blocks."""

    def __init__(self, rate_hz: int, where: str = "") -> None:
        """Raise SoundError when the rate is out of range."""
        check_rate(rate_hz, where)
        self.rate_hz = rate_hz
        self._stream = None
        if rate_hz != SAMPLE_RATE_HZ:
            import soxr

            self._stream = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32", quality="HQ")

    def process(self, samples: Samples, last: bool = False) -> Samples:
        """Return what the block, shape (n,), adds; `last` also gives what the filter still holds."""
        if self._stream is None:
            return samples
        return cast("Samples", self._stream.resample_chunk(np.ascontiguousarray(samples, dtype=np.float32), last=last))
