"""In which noise something is heard: levels, speeds, sources, and how much the recognizer leans to the catalog."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.mixing import NOMINAL_DBFS, Weighting, mix
from cabin.noise.reverberation import impulse_response, reverberated
from cabin.noise.scene import Scene, scene_sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.messages import Samples

__all__ = ["LEAD_S", "QUIET", "TAIL_S", "Condition", "Mixed", "Setup", "mixed", "speech_end"]

QUIET = "quiet"
"""Stands for a parked car: no source sounds, only the microphone's own noise."""

LEAD_S, TAIL_S = 1.0, 1.3
"""Noise alone before and after the speech."""

_QUIET_SNR_DB = 35.0
"""Speech at 65 dB(A) over the microphone's 30 dB(A)."""
_FRAME = SAMPLE_RATE_HZ // 50
_HEARD_DB = 40.0
"""Speech ends with its last frame of 20 ms that is within so much of the loudest."""


@dataclass(frozen=True)
class Condition:
    """What an item is heard under."""

    bias: str
    """off, light or strong."""
    speed_kph: float
    snr: str
    """QUIET, or decibels (cabin.noise.mixing)."""


@dataclass(frozen=True)
class Setup:
    """What is the same in all trials of a run."""

    scene: Scene
    """Sources and their settings; the speed is the condition's."""
    level_dbfs: float = NOMINAL_DBFS
    seed: int = 1
    weighting: Weighting = "flat"
    """Of the levels whose ratio the conditions tell."""


@dataclass(frozen=True)
class Mixed:
    """Speech in noise as the microphone gives it."""

    samples: Samples
    """Shape (n,), mono float32."""
    speech_end_s: float
    """Where the last sound of the speech is."""


def mixed(
    speech: NDArray[Any],
    condition: Condition,
    setup: Setup,
    number: int,
    talk: Sequence[NDArray[Any]] = (),
) -> Mixed:
    """Put speech, shape (n,), into the cabin and the noise of a condition; `talk` is what is said behind, if anything.

    `number`, the speed and the setup's seed draw the noise: the same at all levels, so that these compare.
    """
    from cabin.noise.microphone import through_microphone

    padded = np.concatenate((_silence(LEAD_S), speech, _silence(TAIL_S)))
    heard = through_microphone(reverberated(padded, impulse_response()), setup.scene.band)
    around = replace(setup.scene, speed_kph=condition.speed_kph)
    if condition.snr == QUIET:
        around, snr_db = replace(around, sources=()), _QUIET_SNR_DB
    else:
        snr_db = float(condition.snr)
    seed = zlib.crc32(f"{setup.seed}/{number}/{condition.speed_kph:g}".encode())
    noise = scene_sound(len(padded), around, seed, talk)
    samples = mix(heard, noise, snr_db, setup.level_dbfs, setup.weighting).samples
    return Mixed(samples, LEAD_S + speech_end(speech) / SAMPLE_RATE_HZ)


def speech_end(speech: NDArray[Any]) -> int:
    """Return the sample after the last that is still speech, in speech without noise; 0 for silence."""
    whole = speech[: len(speech) - len(speech) % _FRAME].astype(np.float64).reshape(-1, _FRAME)
    if not whole.size or not np.any(whole):
        return 0
    powers = np.mean(whole**2, axis=1)
    loud = np.flatnonzero(powers > powers.max() * 10 ** (-_HEARD_DB / 10))
    return int((loud[-1] + 1) * _FRAME)


def _silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), dtype=np.float32)
