from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.voices.noise import CarNoise, a_weighted_db, car_noise, mix, speech_level_db

SECOND = 16_000


def spectrum(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(len(samples), 1 / SECOND), np.abs(np.fft.rfft(samples)) ** 2


def band(samples: np.ndarray, low: float, high: float) -> float:
    frequency, power = spectrum(samples)
    return float(power[(frequency >= low) & (frequency < high)].mean())


def test_the_same_seed_gives_the_same_noise() -> None:
    one, two, other = (car_noise(SECOND, CarNoise(), seed) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.dtype == np.float32


def test_noise_falls_with_frequency() -> None:
    noise = car_noise(10 * SECOND, CarNoise(rpm=0))
    levels = [band(noise, low, 2 * low) for low in (62.5, 125, 250, 2_000, 4_000)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 500 * levels[-1]


def test_a_faster_car_is_louder() -> None:
    levels = [a_weighted_db(car_noise(5 * SECOND, CarNoise(speed, 2_000))) for speed in (30, 60, 120)]
    assert levels == sorted(levels)
    assert 10 < levels[2] - levels[1] < 17


def test_the_engine_sounds_at_its_firing_order() -> None:
    frequency, power = spectrum(car_noise(5 * SECOND, CarNoise(speed_kph=0, rpm=3_000)))
    assert frequency[np.argmax(power)] == pytest.approx(2 * 3_000 / 60, rel=0.03)


def test_a_car_that_stands_with_its_engine_off_is_silent() -> None:
    assert not car_noise(SECOND, CarNoise(0, 0)).any()


def test_the_a_curve_is_that_of_the_standard() -> None:
    """IEC 61672-1 table: -19.1 dB at 100 Hz, 0 at 1 kHz, 1.0 at 4 kHz."""
    time = np.arange(4 * SECOND) / SECOND
    for hz, expected in ((100, -19.1), (1_000, 0.0), (4_000, 1.0)):
        tone = (np.sqrt(2) * np.sin(2 * np.pi * hz * time)).astype(np.float32)
        assert a_weighted_db(tone) == pytest.approx(expected, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(st.floats(-5, 30), st.floats(0.05, 0.6), st.integers(0, 99))
def test_speech_stands_as_far_above_noise_as_asked(snr_db: float, amplitude: float, seed: int) -> None:
    time = np.arange(2 * SECOND) / SECOND
    speech = (amplitude * np.sin(2 * np.pi * 700 * time) * (time % 1 < 0.5)).astype(np.float32)
    mixed = mix(speech, car_noise(len(speech), CarNoise(), seed), snr_db)
    assert np.abs(mixed).max() <= 0.951
    kept = float(mixed @ speech / (speech @ speech))
    # The tone is not orthogonal to the noise, so what is left of it is only nearly the noise.
    measured = speech_level_db(kept * speech) - a_weighted_db(mixed - kept * speech)
    assert measured == pytest.approx(snr_db, abs=0.6)
