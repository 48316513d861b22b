"""The engine: its firing orders, and the noise of combustion around them.

A four-stroke engine with n cylinders fires n / 2 times a turn: its orders are multiples of n / 2 of the crank's
frequency, rpm / 60, with weak half orders between, as cylinders are not quite alike (R. N. Jazar, or any text on
engine acoustics). The level of petrol engines grows by about 50 dB for ten times the revolutions (T. Priede, J. Sound
Vib. 43, 1975); set to 66 dB SPL (40 dB(A)) of the firing order at 2,200 rpm on the way at an even speed.
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

__all__ = ["engine", "usual_rpm"]

_REFERENCE_RPM = 2200.0
_FIRING_DB = 66.0
_GROWTH_DB = 50.0
_ORDERS_DB = {0.25: -18.0, 0.5: -14.0, 0.75: -20.0, 1.0: 0.0, 1.5: -14.0, 2.0: -6.0, 3.0: -11.0, 4.0: -16.0, 6.0: -24.0}
"""Multiple of the firing frequency -> level beside the firing order."""
_COMBUSTION_DB = {63.0: 50.0, 125.0: 48.0, 250.0: 45.0, 500.0: 42.0, 1000.0: 40.0, 2000.0: 36.0, 4000.0: 30.0}
_UNEVEN = 0.004
_IDLE_RPM = 800.0
_RPM_PER_KPH = 21.0
_SHIFTED = ((15.0, 7.0), (30.0, 3.6), (50.0, 2.2), (70.0, 1.5), (95.0, 1.2))
"""Below so many km/h the revolutions are so many times those of the top gear."""


def usual_rpm(speed_kph: float) -> float:
    """Return the revolutions at which a car with a gearbox goes at that speed: idle at a standstill."""
    factor = next((factor for below, factor in _SHIFTED if speed_kph < below), 1.0)
    return max(_IDLE_RPM, _RPM_PER_KPH * speed_kph * factor)


def engine(count: int, rpm: float, rng: np.random.Generator, cylinders: int = 4) -> Pressure:
    """Return the noise in pascals, shape (count,); nothing at 0 rpm, as in an electric car."""
    if rpm <= 0:
        return np.zeros(count)
    gain_db = _GROWTH_DB * math.log10(rpm / _REFERENCE_RPM)
    firing_hz = rpm / 60 * cylinders / 2 * (1 + _UNEVEN * wander(count, 0.5, rng))
    phase = 2 * np.pi * np.cumsum(firing_hz) / SAMPLE_RATE_HZ
    sound = octave_noise(count, {centre: level + gain_db for centre, level in _COMBUSTION_DB.items()}, rng)
    for multiple, level_db in _ORDERS_DB.items():
        amplitude = np.sqrt(2) * REFERENCE_PA * 10 ** ((_FIRING_DB + gain_db + level_db) / 20)
        sound += amplitude * np.sin(multiple * phase + rng.uniform(0, 2 * np.pi))
    return np.asarray(sound)
