from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.audio.resample import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, Resampler
from cabin.errors import SoundError


def sine(rate_hz: int, seconds: float = 1.0, hz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


def resample(sound: np.ndarray, rate_hz: int, block: int) -> np.ndarray:
    resampler = Resampler(rate_hz)
    parts = [resampler.process(sound[begin : begin + block]) for begin in range(0, len(sound), block)]
    return np.concatenate([*parts, resampler.process(np.zeros(0, np.float32), last=True)])


@pytest.mark.parametrize("rate_hz", [4_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_sine_keeps_its_pitch_level_and_length(rate_hz: int) -> None:
    sound = resample(sine(rate_hz), rate_hz, 1_000)
    assert abs(len(sound) - 16_000) <= 1
    spectrum = np.abs(np.fft.rfft(sound[2_000:14_000] * np.hanning(12_000)))
    assert np.argmax(spectrum) * 16_000 / 12_000 == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(sound[2_000:14_000] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(LOWEST_RATE_HZ, 60_000), st.integers(1, 5_000))
def test_the_size_of_blocks_changes_nothing(rate_hz: int, block: int) -> None:
    sound = sine(rate_hz, 0.25)
    whole, parts = resample(sound, rate_hz, len(sound)), resample(sound, rate_hz, block)
    assert len(whole) == len(parts)
    assert np.allclose(whole, parts, atol=1e-5)


def test_what_the_target_rate_cannot_hold_is_taken_out() -> None:
    assert np.abs(resample(sine(48_000, hz=12_000), 48_000, 4_800)[2_000:14_000]).max() < 0.001


@pytest.mark.parametrize("rate_hz", [0, LOWEST_RATE_HZ - 1, HIGHEST_RATE_HZ + 1])
def test_a_rate_out_of_range_is_told(rate_hz: int) -> None:
    with pytest.raises(SoundError, match=rf"mic: .*{rate_hz} Hz.*4000 to 192000"):
        Resampler(rate_hz, "mic")
