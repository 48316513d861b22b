"""The noise inside a moving car, made from numbers: tyres, wind, engine; and mixing it with speech at a stated ratio.

A model, not a recording. Its parts, with their usual laws: tyre and road noise falls with frequency, with a broad hump
near 900 Hz, and grows by about 35 dB for ten times the speed; wind falls more gently and grows by 60 dB (sound of flow
around a body: sixth power of speed); the engine adds its firing orders (2, 4, 6 for four cylinders in four strokes) at
multiples of the crank frequency, rpm / 60. All sways slowly by a few dB, as road surfaces do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.messages import Samples

    _Shape = Callable[[NDArray[np.float64]], NDArray[np.float64]]

__all__ = ["CarNoise", "a_weighted_db", "car_noise", "mix", "speech_level_db"]

_REFERENCE_KPH = 100.0
_FRAME = SAMPLE_RATE_HZ // 50
_ACTIVE_DB = 25.0
_LOUDEST = 0.95


@dataclass(frozen=True)
class CarNoise:
    """What the car does while it makes noise."""

    speed_kph: float = 100.0
    """0 leaves the engine only."""
    rpm: float = 2200.0
    """0 leaves tyres and wind only, as in an electric car."""


def car_noise(count: int, car: CarNoise, seed: int = 0) -> Samples:
    """Return `count` samples of noise, float32 of shape (count,), 1.0 being full scale.

    The same seed gives the same noise. Levels of different cars are comparable: twice the speed is about 13 dB more.
    """
    random = np.random.default_rng(seed)
    noise = np.zeros(count)
    if car.speed_kph > 0:
        ratio = np.log10(car.speed_kph / _REFERENCE_KPH)
        noise += 10 ** ((-34 + 35 * ratio) / 20) * _shaped(count, _tyres, random)
        noise += 10 ** ((-40 + 60 * ratio) / 20) * _shaped(count, _wind, random)
        noise *= 10 ** (1.5 * _slow(count, 0.7, random) / 20)
    if car.rpm > 0:
        noise += 10 ** ((-42 + 30 * np.log10(car.rpm / 2200)) / 20) * _engine(count, car.rpm, random)
    return noise.astype(np.float32)


def mix(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add noise to speech, both of shape (n,), so that speech stands `snr_db` above it, both A-weighted as in dB(A).

    The level of speech counts only while somebody speaks. The sum is turned down where it would pass full scale.
    """
    gain_db = speech_level_db(speech) - snr_db - a_weighted_db(noise)
    mixed = speech + 10 ** (gain_db / 20) * noise[: len(speech)]
    peak = float(np.max(np.abs(mixed)))
    return (mixed * min(1.0, _LOUDEST / max(peak, 1e-9))).astype(np.float32)


def a_weighted_db(samples: Samples) -> float:
    """Return the A-weighted level in dB below a full-scale square wave."""
    return float(10 * np.log10(np.mean(_a_weighted(samples) ** 2) + 1e-12))


def speech_level_db(samples: Samples) -> float:
    """Return the A-weighted level of the frames of 20 ms that are within 25 dB of the loudest: those with speech."""
    weighted = _a_weighted(samples)
    whole = weighted[: len(weighted) - len(weighted) % _FRAME].reshape(-1, _FRAME)
    powers = np.mean(whole**2, axis=1)
    return float(10 * np.log10(np.mean(powers[powers > powers.max() * 10 ** (-_ACTIVE_DB / 10)]) + 1e-12))


def _a_weighted(samples: Samples) -> NDArray[np.float64]:
    """Filter by the A curve of IEC 61672-1, which is 0 dB at 1 kHz."""
    square = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ) ** 2
    curve = 12194.0**2 * square**2
    curve /= (square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194.0**2)
    weighted = np.fft.irfft(np.fft.rfft(samples) * curve * 10 ** (2.0 / 20), len(samples))
    return np.asarray(weighted, dtype=np.float64)


def _tyres(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the amplitude by frequency: 7 dB an octave down, with a hump of 6 dB near 900 Hz."""
    falling = (np.maximum(frequency, 30.0) / 100.0) ** (-7 / 6.02)
    hump = 10 ** (6 / 20 * np.exp(-(np.log2(np.maximum(frequency, 1.0) / 900.0) ** 2)))
    return np.asarray(falling * hump, dtype=np.float64)


def _wind(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the amplitude by frequency: 4 dB an octave down from 60 Hz."""
    return np.asarray((np.maximum(frequency, 60.0) / 100.0) ** (-4 / 6.02), dtype=np.float64)


def _shaped(count: int, shape: _Shape, random: np.random.Generator) -> NDArray[np.float64]:
    """Return white noise given a spectrum, with a root mean square of 1."""
    spectrum = np.fft.rfft(random.standard_normal(count)) * shape(
        np.asarray(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ))
    )
    spectrum[0] = 0
    sound = np.fft.irfft(spectrum, count)
    return sound / max(1e-12, float(np.sqrt(np.mean(sound**2))))


def _engine(count: int, rpm: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return the firing orders of a four-stroke with four cylinders, its revs wandering by half a percent."""
    crank_hz = rpm / 60 * (1 + 0.005 * _slow(count, 0.5, random))
    phase = 2 * np.pi * np.cumsum(crank_hz) / SAMPLE_RATE_HZ
    orders = {0.5: -18.0, 1: -14.0, 2: 0.0, 4: -6.0, 6: -11.0, 8: -16.0}
    sound = sum(10 ** (db / 20) * np.sin(order * phase + random.uniform(0, 6.3)) for order, db in orders.items())
    return np.asarray(sound)


def _slow(count: int, per_second: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return values of about -2 to 2 that wander smoothly, with so many turns a second."""
    points = max(4, int(count / SAMPLE_RATE_HZ * per_second) + 3)
    return np.interp(np.linspace(0, points - 1, count), np.arange(points), random.standard_normal(points))
