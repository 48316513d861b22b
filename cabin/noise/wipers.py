"""Wipers: motor, rubber on glass, and a knock at each end of the stroke.

Some 45 strokes to and fro a minute at the first speed and 65 at the second (ISO 9259 and UN Regulations ask for 10 to
55, and for 45 or more at the fast one). Set to peaks of about 58 dB(A) at the knock and 48 dB(A) between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import REFERENCE_PA, scaled_to_db_a
from cabin.noise.spectrum import add_at, octave_noise, seconds

if TYPE_CHECKING:
    from cabin.noise.level import Pressure

__all__ = ["wipers"]

_STROKES_PER_MIN = 45.0
_RUB_DB_A, _KNOCK_DB_A = 48.0, 60.0
_RUB_DB = {250.0: 40.0, 500.0: 44.0, 1000.0: 46.0, 2000.0: 42.0, 4000.0: 36.0}
_MOTOR_HZ, _MOTOR_DB = 95.0, 48.0
_KNOCK_S = 0.06


def wipers(count: int, rng: np.random.Generator, strokes_per_min: float = _STROKES_PER_MIN) -> Pressure:
    """Return the noise in pascals, shape (count,)."""
    if not count:
        return np.zeros(0)
    time_s = np.arange(count) / SAMPLE_RATE_HZ
    phase = rng.uniform(0, 1) + time_s * strokes_per_min / 60
    rub = scaled_to_db_a(octave_noise(count, _RUB_DB, rng), _RUB_DB_A)
    sound = rub * np.abs(np.sin(2 * np.pi * phase))  # the blade is fastest in the middle of the glass
    motor = np.sqrt(2) * REFERENCE_PA * 10 ** (_MOTOR_DB / 20)
    sound += motor * np.sin(2 * np.pi * _MOTOR_HZ * time_s) * (1 + 0.2 * np.cos(4 * np.pi * phase))
    knock = _knock(rng)
    turns = np.flatnonzero(np.diff(np.floor(2 * phase)) > 0)
    for at in turns:
        add_at(sound, int(at), knock * rng.uniform(0.7, 1.2))
    return np.asarray(sound)


def _knock(rng: np.random.Generator) -> Pressure:
    length = seconds(_KNOCK_S)
    decay = np.exp(-np.arange(length) / SAMPLE_RATE_HZ / 0.012)
    tone = np.sin(2 * np.pi * 130 * np.arange(length) / SAMPLE_RATE_HZ)
    return scaled_to_db_a((tone + 0.3 * rng.standard_normal(length)) * decay, _KNOCK_DB_A)
