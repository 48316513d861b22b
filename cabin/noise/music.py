"""Music that belongs to nobody: chords, bass, a melody and drums, composed and played from a seed.

Four-bar progressions over a major or minor scale, equal temperament (A4 = 440 Hz), 88 to 128 beats a minute. Tones are
sums of harmonics under an envelope, drums are noise and falling tones. No voice sings. Set to the level asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import scaled_to_db_a
from cabin.noise.spectrum import add_at, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cabin.noise.level import Pressure

__all__ = ["music"]

_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 4), (1, 4, 0, 0))
"""Roots of the bars, as steps of the scale."""
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
_ORGAN, _PLUCKED, _REED = (1.0, 0.5, 0.33, 0.2, 0.12), (1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1), (1.0, 0.1, 0.5, 0.08, 0.3)
_BEATS = 4


def music(count: int, level_db_a: float, rng: np.random.Generator) -> Pressure:
    """Return music in pascals, shape (count,), at an A-weighted level in dB SPL."""
    sound = np.zeros(count)
    if not count:
        return sound
    scale = _SCALES[int(rng.integers(len(_SCALES)))]
    progression = _PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))]
    key = 57 + int(rng.integers(-4, 5))
    beat_s = 60 / rng.uniform(88, 128)
    rhythm = rng.random(8) < 0.6  # of the melody, by half beats; the same in each bar, as songs have it
    for bar in range(int(count / SAMPLE_RATE_HZ / (beat_s * _BEATS)) + 1):
        at_s = bar * beat_s * _BEATS
        root = progression[bar % len(progression)]
        chord = [_note(key, scale, root + step) for step in (0, 2, 4)]
        for pitch in chord:
            _add(sound, at_s, 0.10 * _tone(pitch, beat_s * _BEATS, _ORGAN, 1.5))
        for beat in range(_BEATS):
            _add(sound, at_s + beat * beat_s, 0.35 * _tone(chord[0] - 24, beat_s * 0.9, _PLUCKED, 0.35))
        for half in np.flatnonzero(rhythm):
            pitch = _note(key + 12, scale, root + int(rng.integers(0, 7)))
            _add(sound, at_s + half * beat_s / 2, 0.22 * _tone(pitch, beat_s * 0.8, _REED, 0.4))
        _drums(sound, at_s, beat_s, rng)
    return scaled_to_db_a(sound, level_db_a)


def _note(key: int, scale: Sequence[int], step: int) -> int:
    return key + scale[step % len(scale)] + 12 * (step // len(scale))


def _tone(pitch: int, length_s: float, harmonics: Sequence[float], decay_s: float) -> Pressure:
    """Return one note; `pitch` is its MIDI number."""
    time_s = np.arange(seconds(length_s)) / SAMPLE_RATE_HZ
    base_hz = 440 * 2 ** ((pitch - 69) / 12)
    tones = sum(
        share * np.sin(2 * np.pi * base_hz * number * time_s)
        for number, share in enumerate(harmonics, 1)
        if base_hz * number < SAMPLE_RATE_HZ / 2
    )
    envelope = np.minimum(time_s / 0.01, 1.0) * np.exp(-time_s / decay_s) * np.minimum((length_s - time_s) / 0.02, 1.0)
    return np.asarray(tones * envelope)


def _drums(sound: Pressure, at_s: float, beat_s: float, rng: np.random.Generator) -> None:
    time_s = np.arange(seconds(0.15)) / SAMPLE_RATE_HZ
    kick = 0.9 * np.sin(2 * np.pi * (50 * time_s + 4 * (1 - np.exp(-time_s / 0.03)))) * np.exp(-time_s / 0.06)
    for beat in (0, 2):
        _add(sound, at_s + beat * beat_s, kick)
    for beat in (1, 3):
        _add(sound, at_s + beat * beat_s, 0.25 * rng.standard_normal(len(time_s)) * np.exp(-time_s / 0.05))
    for half in range(2 * _BEATS):
        hat = np.diff(rng.standard_normal(seconds(0.04) + 1)) * np.exp(-time_s[: seconds(0.04)] / 0.012)
        _add(sound, at_s + half * beat_s / 2, 0.06 * hat)


def _add(sound: Pressure, at_s: float, piece: Pressure) -> None:
    add_at(sound, seconds(at_s), piece)
