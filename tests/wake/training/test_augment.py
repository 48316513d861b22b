"""Rooms, noises and levels by what must be true of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.wake.training.augment import add_noise, at_pitch, coloured_noise, in_room, trimmed

TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.float32)


def peak_hz(sound):
    return np.fft.rfftfreq(len(sound), 1 / 16_000)[np.abs(np.fft.rfft(sound)).argmax()]


def test_silence_is_cut_off_at_both_ends():
    silence = np.zeros(8_000, dtype=np.float32)
    assert len(trimmed(np.concatenate((silence, TONE, silence)))) == pytest.approx(len(TONE), abs=320)
    assert len(trimmed(silence)) == 0
    assert len(trimmed(silence[:10])) == 0


@given(st.floats(0.7, 1.4))
def test_another_rate_is_another_pitch_and_length(ratio):
    played = at_pitch(TONE, ratio)
    assert len(played) == pytest.approx(len(TONE) / ratio, abs=2)
    assert peak_hz(played) == pytest.approx(440 * ratio, rel=0.01)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_a_room_keeps_length_and_beginning(seed):
    impulse = np.zeros(8_000, dtype=np.float32)
    impulse[1000] = 1.0
    wet = in_room(impulse, np.random.default_rng(seed))
    assert len(wet) == len(impulse)
    assert np.abs(wet[:1000]).max() < 1e-5
    assert np.abs(wet).argmax() == 1000
    assert np.abs(wet[6000:]).max() < 0.01


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_noise_has_unit_power_and_hardly_a_mean(seed):
    noise = coloured_noise(16_000, np.random.default_rng(seed))
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1.0, abs=0.01)
    assert abs(noise.mean()) < 0.05
    assert np.array_equal(noise, coloured_noise(16_000, np.random.default_rng(seed)))


@pytest.mark.parametrize("snr_db", [-3.0, 0.0, 10.0, 30.0])
def test_the_ratio_is_kept_whatever_the_levels(snr_db):
    noise = coloured_noise(len(TONE), np.random.default_rng(1))
    for level in (0.01, 1.0):
        added = add_noise(level * TONE, noise * 7, snr_db) - level * TONE
        ratio = np.mean(np.diff(level * TONE) ** 2) / np.mean(np.diff(added) ** 2)
        assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.5)


def test_noise_around_nothing_is_soft():
    silence = np.zeros(1600, dtype=np.float32)
    mixed = add_noise(silence, coloured_noise(1600, np.random.default_rng(1)), 0.0)
    assert 0 < np.abs(mixed).max() < 0.1
