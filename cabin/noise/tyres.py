"""Tyres on the road, as heard inside: the sound of the tyres through the body, and the shaking of the body.

Outside, rolling noise follows CNOSSOS-EU (Directive (EU) 2015/996, appendix F, table F-1, light vehicles, 2019 values
aside): sound power per octave A + B lg(v / 70 km/h). Inside, the airborne part is that less a power-based noise
reduction of a saloon, and a structure-borne part rules below 500 Hz, falling by some 6 to 12 dB an octave, with the
same growth of 30 dB for ten times the speed (U. Sandberg, J. Ejsmont, Tyre/Road Noise Reference Book, 2002, ch. 3 and
7). The two are set so that a middle-class car has about 64 dB(A) from its tyres at 100 km/h.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cabin.noise.spectrum import OCTAVES_HZ, octave_noise, wander

if TYPE_CHECKING:
    from cabin.noise.level import Pressure

__all__ = ["octave_levels_db", "tyres"]

_REFERENCE_KPH = 70.0
_POWER_DB = (79.7, 85.7, 84.5, 90.2, 97.3, 93.9, 84.1, 74.3)
_GROWTH_DB = (30.0, 41.5, 38.9, 25.7, 32.5, 37.2, 39.0, 40.0)
_REDUCTION_DB = (28.0, 31.0, 35.0, 39.0, 45.0, 51.0, 55.0, 58.0)
"""Sound power of the tyres less sound pressure inside."""
_SHAKING_DB = (73.0, 67.0, 61.0, 53.0, 42.0, 30.0, 18.0, 6.0)
"""Structure-borne, at 70 km/h."""
_SHAKING_GROWTH_DB = 30.0
_ROAD_DB = 1.5
"""How much the road's surface changes the level, standard deviation."""


def octave_levels_db(speed_kph: float) -> dict[float, float]:
    """Return the octave-band levels inside, dB SPL, at a speed above 0."""
    ratio = math.log10(speed_kph / _REFERENCE_KPH)
    bands = zip(OCTAVES_HZ, _POWER_DB, _GROWTH_DB, _REDUCTION_DB, _SHAKING_DB, strict=True)
    return {
        centre: 10
        * math.log10(
            10 ** ((power + growth * ratio - reduction) / 10) + 10 ** ((shaking + _SHAKING_GROWTH_DB * ratio) / 10)
        )
        for centre, power, growth, reduction, shaking in bands
    }


def tyres(count: int, speed_kph: float, rng: np.random.Generator) -> Pressure:
    """Return the noise in pascals, shape (count,); nothing at a standstill."""
    if speed_kph <= 0:
        return np.zeros(count)
    noise = octave_noise(count, octave_levels_db(speed_kph), rng)
    return np.asarray(noise * 10 ** (_ROAD_DB * wander(count, 0.7, rng) / 20))
