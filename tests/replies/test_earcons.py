from __future__ import annotations

import itertools

import numpy as np
import pytest

from cabin.replies.earcons import EARCONS, earcon


@pytest.mark.parametrize("rate_hz", [8000, 24_000, 48_000])
@pytest.mark.parametrize("name", EARCONS)
def test_short_soft_and_without_clicks(name, rate_hz):
    sound = earcon(name, rate_hz)
    assert sound.dtype == np.float32
    assert 0.1 * rate_hz < len(sound) < 0.5 * rate_hz
    assert 0.02 < np.max(np.abs(sound)) < 0.35
    assert abs(sound[0]) < 1e-3
    assert abs(sound[-1]) < 1e-3
    # No step between two samples is larger than a sine of the highest partial could make: a click would be.
    assert np.max(np.abs(np.diff(sound))) < 2 * np.pi * 2100 / rate_hz * 0.35


def test_each_is_told_from_the_others():
    """No two are alike: their spectra over time differ."""
    prints = {}
    for name in EARCONS:
        sound = np.zeros(12_000)
        made = earcon(name, 24_000)
        sound[: len(made)] = made
        frames = np.abs(np.fft.rfft(sound.reshape(-1, 1200), axis=1))
        prints[name] = (frames / np.linalg.norm(frames)).ravel()
    for one, other in itertools.combinations(EARCONS, 2):
        assert prints[one] @ prints[other] < 0.9, (one, other)


def test_going_on_rises_and_refusing_falls():
    def pitches(name):
        sound = earcon(name, 24_000)
        half = len(sound) // 2
        return [np.argmax(np.abs(np.fft.rfft(part, 24_000))) for part in (sound[:half], sound[half:])]

    for name in ("listening", "done", "question"):
        first, last = pitches(name)
        assert last > first * 1.1, name
    first, last = pitches("refused")
    assert last < first * 0.9
