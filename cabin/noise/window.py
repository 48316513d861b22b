"""An open window: the roar of the wind let in, and buffeting, the beat of the cabin as a resonator.

The shear layer over the opening sheds vortices that drive the cabin as a Helmholtz resonator, f = c / (2 pi) sqrt(A /
(V L)): near 18 Hz for a rear window a third open on 3 cubic metres (H. Ota et al., SAE 871959, 1987; J. Rossiter, ARC
R&M 3438, 1964 for the feedback of cavities). That is below what microphones pass, but the roar beats with it. The roar
follows the sixth power of the speed; set to 73 dB(A) at 100 km/h, some 10 dB above the closed car.
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

__all__ = ["buffeting_hz", "window"]

_SOUND_M_S = 343.0
_VOLUME_M3, _NECK_M = 3.0, 0.22
_AREA_M2 = 0.07
_BUFFET_DB = 105.0
"""At 80 km/h, where it is worst."""
_BUFFET_KPH, _BUFFET_RANGE_KPH = 80.0, 35.0
_DEPTH = 0.35
"""How much the roar beats."""
_REFERENCE_KPH, _GROWTH_DB = 100.0, 60.0
_ROAR_DB = {63.0: 84.0, 125.0: 80.0, 250.0: 75.0, 500.0: 71.0, 1000.0: 68.0, 2000.0: 64.0, 4000.0: 58.0, 8000.0: 51.0}


def buffeting_hz(area_m2: float = _AREA_M2) -> float:
    """Return the frequency of the cabin with an opening of that area."""
    return _SOUND_M_S / (2 * math.pi) * math.sqrt(area_m2 / (_VOLUME_M3 * _NECK_M))


def window(count: int, speed_kph: float, rng: np.random.Generator) -> Pressure:
    """Return what an open window adds, in pascals, shape (count,); nothing at a standstill."""
    if speed_kph <= 0:
        return np.zeros(count)
    gain_db = _GROWTH_DB * math.log10(speed_kph / _REFERENCE_KPH)
    roar = octave_noise(count, {centre: level + gain_db for centre, level in _ROAR_DB.items()}, rng)
    wobble = 1 + 0.02 * wander(count, 2.0, rng)
    beat = np.sin(2 * np.pi * np.cumsum(buffeting_hz() * wobble) / SAMPLE_RATE_HZ)
    resonance_db = _BUFFET_DB - 3 * ((speed_kph - _BUFFET_KPH) / _BUFFET_RANGE_KPH) ** 2
    tone = np.sqrt(2) * REFERENCE_PA * 10 ** (resonance_db / 20) * beat
    return np.asarray(roar * (1 + _DEPTH * beat) + tone)
