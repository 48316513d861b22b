"""The cabin as a room: what reaches the microphone from a mouth, over glass, roof and seats.

Image sources of a box (J. B. Allen, D. A. Berkley, J. Acoust. Soc. Am. 65, 1979) of 2.6 x 1.4 x 1.15 m; its mean
absorption follows by Eyring's formula (J. Acoust. Soc. Am. 1, 1930) from a reverberation time. Cars are small and full
of seats and lie near or below 0.1 s (for one measured car: Y. Soeta, Y. Sakamoto, Environments 5(4):44, 2018). The
formula takes sound to be diffuse; along the length of this box it dies more slowly, so 0.055 s are put into it for the
0.08 s or so that come out. Absorption is the same at all frequencies. The microphone hangs at the roof console.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import convolved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["BACK_SEAT", "DRIVER", "MICROPHONE", "Place", "absorption", "impulse_response", "reverberated"]

Place = tuple[float, float, float]
"""Metres from the corner of the box: back from the windscreen, to the right, up."""

DRIVER: Place = (1.05, 0.38, 0.80)
BACK_SEAT: Place = (1.95, 0.95, 0.75)
MICROPHONE: Place = (0.62, 0.70, 1.08)

_BOX_M = (2.6, 1.4, 1.15)
_SOUND_M_S = 343.0
_REVERBERATION_S = 0.055
_LONGEST_S = 0.12
_ORDER = 14
"""Images along each axis, to each side: what is further away comes after `_LONGEST_S` or is over 60 dB down."""


def absorption(reverberation_s: float = _REVERBERATION_S) -> float:
    """Return the mean absorption coefficient of the walls, 0 to 1, by Eyring's formula."""
    x, y, z = _BOX_M
    volume, surface = x * y * z, 2 * (x * y + y * z + z * x)
    return 1 - math.exp(-0.161 * volume / (surface * reverberation_s))


@lru_cache(maxsize=8)
def impulse_response(
    source: Place = DRIVER, microphone: Place = MICROPHONE, reverberation_s: float = _REVERBERATION_S
) -> Pressure:
    """Return the response from a source to a microphone, shape (n,), direct sound first, with an energy of 1."""
    reflection = math.sqrt(1 - absorption(reverberation_s))
    axes = [_images(place, size, ear) for place, size, ear in zip(source, _BOX_M, microphone, strict=True)]
    delays, gains = [], []
    for along_x, along_y, along_z in itertools.product(*axes):
        distance = math.sqrt(along_x[0] ** 2 + along_y[0] ** 2 + along_z[0] ** 2)
        if distance / _SOUND_M_S < _LONGEST_S:
            delays.append(distance / _SOUND_M_S)
            gains.append(reflection ** (along_x[1] + along_y[1] + along_z[1]) / distance)
    length = round(_LONGEST_S * SAMPLE_RATE_HZ)
    early_s = min(delays) - 0.001  # of no use: the way that all sound has to go
    response = np.zeros(length)
    for delay, gain in zip(delays, gains, strict=True):
        _add_fractional(response, (delay - early_s) * SAMPLE_RATE_HZ, gain)
    response /= np.sqrt(np.sum(response**2))
    response.flags.writeable = False  # it is kept and shared
    return response


def _images(place: float, size: float, ear: float) -> list[tuple[float, int]]:
    """Return the distances of the images from the ear along one axis, each with how often it was reflected."""
    return [
        (2 * number * size + sign * place - ear, abs(2 * number - (sign < 0)))
        for number in range(-_ORDER // 2, _ORDER // 2 + 1)
        for sign in (1, -1)
    ]


_TAPS = np.arange(-8, 9)


def _add_fractional(response: Pressure, at: float, gain: float) -> None:
    """Add an impulse between samples: a sinc under a Hann window, 17 samples long."""
    whole = round(at)
    offset = _TAPS - (at - whole)
    piece = gain * np.sinc(offset) * (0.5 + 0.5 * np.cos(np.pi * offset / 9))
    begin, end = max(0, whole - 8), min(len(response), whole + 9)
    if begin < end:
        response[begin:end] += piece[begin - whole + 8 : end - whole + 8]


def reverberated(sound: NDArray[Any], response: NDArray[Any]) -> Pressure:
    """Return a sound, shape (n,), as heard through a response; as long as it was."""
    return convolved(sound, response)
