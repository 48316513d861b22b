"""Speech and noise at a stated ratio, at a stated level.

The ratio is that of two levels after room and microphone: of speech while it is active (ITU-T P.56, method B), and of
the noise over the whole mixture, both in the microphone's band, as Aurora-2 has it (H.-G. Hirsch, D. Pearce, ISCA
ASR2000). Either both are unweighted, or both A-weighted, as levels in cars are told: most of a car's noise lies low,
where there is little speech, so the same mixture has some 5 dB more by A-weighted levels, and 0 dB(A) is the harder.
The active level of the speech is put at -26 dB of full scale, the nominal level of ITU-T speech databases (G.191),
unless another is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cabin.noise.level import REFERENCE_PA, a_weight, a_weighted_db, active_level_db, level_db

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.messages import Samples

__all__ = ["NOMINAL_DBFS", "WEIGHTINGS", "Mixture", "Weighting", "mix"]

Weighting = Literal["flat", "a"]

WEIGHTINGS: tuple[Weighting, ...] = ("flat", "a")
"""How levels are taken for the ratio: unweighted, or A-weighted."""

NOMINAL_DBFS = -26.0
"""Active level of speech, unweighted, in dB of full scale."""

_LOUDEST = 0.98
_FULL_SCALE_DB = 20 * np.log10(1 / REFERENCE_PA)
"""What the level functions say of a square wave at full scale."""


@dataclass(frozen=True)
class Mixture:
    """Speech in noise."""

    samples: Samples
    """Shape (n,), mono float32, 1.0 being full scale."""
    turned_down_db: float
    """By how much the whole was turned down so as not to pass full scale; 0 mostly."""


def mix(
    speech: NDArray[Any],
    noise: NDArray[Any],
    snr_db: float,
    level_dbfs: float = NOMINAL_DBFS,
    weighting: Weighting = "flat",
) -> Mixture:
    """Add noise to speech, both of shape (n,), so that speech stands `snr_db` above it.

    Both are as the microphone gives them, on any scale. Speech without a sound gives the noise alone, at the level that
    it would have under speech.
    """
    if len(speech) != len(noise):
        raise ValueError(f"speech and noise are of different lengths: {len(speech)} and {len(noise)}")
    has_speech = bool(np.any(speech))
    plain_db = active_level_db(speech) if has_speech else level_dbfs + _FULL_SCALE_DB
    speech_db = active_level_db(a_weight(speech)) if has_speech and weighting == "a" else plain_db
    noise_db = a_weighted_db(noise) if weighting == "a" else level_db(noise)
    gain = 10 ** ((level_dbfs + _FULL_SCALE_DB - plain_db) / 20)
    noise_gain = 10 ** ((speech_db - snr_db - noise_db) / 20) if np.any(noise) else 0.0
    mixed = gain * (speech + noise_gain * noise)
    peak = float(np.max(np.abs(mixed))) if len(mixed) else 0.0
    down = min(1.0, _LOUDEST / peak) if peak > 0 else 1.0
    return Mixture((mixed * down).astype(np.float32), float(-20 * np.log10(down)) if down < 1 else 0.0)
