from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.level import SILENCE_DBFS, clipped_samples, is_clipped, peak_dbfs, rms_dbfs


def sine(amplitude: float, count: int = 16_000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * 440 * np.arange(count) / 16_000)).astype(np.float32)


@pytest.mark.parametrize(
    ("amplitude", "rms", "peak"), [(1.0, -3.01, 0.0), (0.1, -23.01, -20.0), (0.001, -63.01, -60.0)]
)
def test_levels_of_a_sine(amplitude: float, rms: float, peak: float) -> None:
    assert rms_dbfs(sine(amplitude)) == pytest.approx(rms, abs=0.02)
    assert peak_dbfs(sine(amplitude)) == pytest.approx(peak, abs=0.02)


def test_silence_and_nothing_have_the_lowest_level() -> None:
    for samples in (np.zeros(100, np.float32), np.zeros(0, np.float32)):
        assert rms_dbfs(samples) == peak_dbfs(samples) == SILENCE_DBFS


def test_a_sine_driven_into_the_stops_is_clipped() -> None:
    assert is_clipped(clipped_samples(np.clip(sine(2.0), -1, 1)))


def test_a_sine_normalised_to_full_scale_is_not() -> None:
    high = np.zeros(16_000, np.float32)
    high[::1000] = 1.0
    assert clipped_samples(high) == 0
    assert not is_clipped(clipped_samples(sine(0.98)))


def test_runs_are_counted_at_both_ends() -> None:
    samples = np.array([1, 1, 1, 0, -1, -1, 0, 1, 1, 1, 1], dtype=np.float32)
    assert clipped_samples(samples) == 7
