"""The ventilator: broad noise of the blower and its outlets, and a weak tone of its blades.

Fan laws: the level grows by 50 dB for ten times the revolutions (ASHRAE Handbook, HVAC Applications, noise and
vibration control); the blades pass at revolutions times their number. Set to 62 dB(A) at full, about what cars have,
and 40 dB(A) at a third.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import REFERENCE_PA
from cabin.noise.spectrum import octave_noise, wander

if TYPE_CHECKING:
    from cabin.noise.level import Pressure

__all__ = ["ventilator"]

_LEVELS_DB = {63.0: 62.0, 125.0: 62.0, 250.0: 60.0, 500.0: 58.0, 1000.0: 56.5, 2000.0: 54.5, 4000.0: 51.0, 8000.0: 45.0}
"""Octave bands at full."""
_GROWTH_DB = 50.0
_FULL_RPM = 4000.0
_BLADES = 41
_TONE_DB = 42.0


def ventilator(count: int, share: float, rng: np.random.Generator) -> Pressure:
    """Return the noise in pascals, shape (count,), of a blower at a share (0 to 1) of its revolutions."""
    if share <= 0:
        return np.zeros(count)
    gain_db = _GROWTH_DB * math.log10(share)
    noise = octave_noise(count, {centre: level + gain_db for centre, level in _LEVELS_DB.items()}, rng)
    blades_hz = share * _FULL_RPM / 60 * _BLADES * (1 + 0.002 * wander(count, 1.0, rng))
    amplitude = np.sqrt(2) * REFERENCE_PA * 10 ** ((_TONE_DB + gain_db) / 20)
    return np.asarray(noise + amplitude * np.sin(2 * np.pi * np.cumsum(blades_hz) / SAMPLE_RATE_HZ))
