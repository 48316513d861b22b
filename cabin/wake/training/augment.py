"""Rooms, noises and levels put around clean speech. A model of many places, and of none that is measured in.

Nothing here is a recording: rooms are noise that dies away exponentially, noises are random spectra that fall with
frequency, with humps and slow swells, and other people's speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["add_noise", "at_pitch", "coloured_noise", "in_room", "trimmed"]

_ACTIVE_DB = 35.0
_FRAME = SAMPLE_RATE_HZ // 100


def trimmed(sound: Samples) -> Samples:
    """Return a sound without the silence around it: from the first to the last 10 ms within 35 dB of the loudest."""
    whole = sound[: len(sound) - len(sound) % _FRAME].reshape(-1, _FRAME)
    power = np.mean(whole**2, axis=1)
    active = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (-_ACTIVE_DB / 10))
    if not len(active):
        return sound[:0]
    return sound[active[0] * _FRAME : (active[-1] + 1) * _FRAME]


def at_pitch(sound: Samples, ratio: float) -> Samples:
    """Return a sound played at another rate: 1.1 is faster and higher, as of a smaller person. Linear interpolation."""
    at = np.arange(0, len(sound) - 1, ratio)
    return np.asarray(np.interp(at, np.arange(len(sound)), sound), dtype=np.float32)


def in_room(sound: Samples, random: np.random.Generator) -> Samples:
    """Return a sound as it is in a small room: the same length, first arrival in place, reverberation of 50 to 300 ms.

    Its response is white noise under an exponential (Polack's model), at 3 to 18 dB below the direct sound.
    """
    seconds = random.uniform(0.05, 0.3)
    count = int(seconds * SAMPLE_RATE_HZ)
    decay = np.exp(-6.9 * np.arange(count) / count)
    response = random.standard_normal(count) * decay
    response *= 10 ** (-random.uniform(3, 18) / 20) / np.sqrt(np.sum(response**2))
    response[0] += 1.0
    size = 1 << int(np.ceil(np.log2(len(sound) + count)))
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return wet[: len(sound)].astype(np.float32)


def coloured_noise(count: int, random: np.random.Generator) -> Samples:
    """Return noise of a random colour, root mean square 1: 0 to 10 dB an octave down, a hump or two, swells."""
    hz = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ), 40.0)
    octaves = np.log2(hz / 100.0)
    gain_db = -random.uniform(0, 10) * octaves
    for _ in range(random.integers(0, 3)):
        middle, width = np.log2(random.uniform(100, 5000) / 100.0), random.uniform(0.2, 1.0)
        gain_db += random.uniform(3, 12) * np.exp(-(((octaves - middle) / width) ** 2))
    spectrum = np.fft.rfft(random.standard_normal(count)) * 10 ** (gain_db / 20)
    spectrum[0] = 0.0
    sound = np.fft.irfft(spectrum, count)
    points = random.standard_normal(8)
    sound *= 10 ** (random.uniform(0, 4) * np.interp(np.linspace(0, 7, count), np.arange(8), points) / 20)
    sound -= np.mean(sound)  # swells leave one
    return (sound / max(1e-9, float(np.sqrt(np.mean(sound**2))))).astype(np.float32)


def add_noise(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Return speech with noise so far below it; the level of speech is that of its louder parts.

    Both are weighed by their first difference (6 dB an octave up), as a stand-in for A-weighting: rumble counts little.
    """
    bright = np.diff(speech, prepend=speech[:1])
    power = np.mean(bright[: len(bright) - len(bright) % _FRAME].reshape(-1, _FRAME) ** 2, axis=1)
    loud = power[power > power.max(initial=0.0) * 10 ** (-2.5)]
    level = float(np.sqrt(np.mean(loud))) if len(loud) else 0.0
    own = float(np.sqrt(np.mean(np.diff(noise) ** 2)))
    gain = max(level, 1e-4) / max(own, 1e-9) * 10 ** (-snr_db / 20)
    return (speech + noise * gain).astype(np.float32)
