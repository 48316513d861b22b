"""Log-mel features: by what they must show of known sounds, and the same in pieces as in one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.wake.features import BANDS, FRAMES_PER_STEP, HOP_SAMPLES, STEP_SAMPLES, FeatureStream, log_mel

NOISE = np.random.default_rng(1).standard_normal(20_000).astype(np.float32) * 0.1


def test_shape():
    assert log_mel(NOISE[:512]).shape == (1, BANDS)
    assert log_mel(NOISE[:511]).shape == (0, BANDS)
    assert log_mel(NOISE[: 512 + 3 * HOP_SAMPLES]).shape == (4, BANDS)


@pytest.mark.parametrize("hz", [200, 600, 1500, 3500])
def test_a_tone_stands_in_the_band_of_its_pitch(hz):
    tone = 0.3 * np.sin(2 * np.pi * hz * np.arange(4096) / 16_000).astype(np.float32)
    mel = 2595 * np.log10(1 + np.array([60, hz, 7600]) / 700)
    expected = (mel[1] - mel[0]) / (mel[2] - mel[0]) * (BANDS + 1) - 1
    assert log_mel(tone).mean(axis=0).argmax() == pytest.approx(expected, abs=1)


def test_ten_times_the_amplitude_is_a_hundred_times_the_power():
    louder = log_mel(10 * NOISE) - log_mel(NOISE)
    assert louder == pytest.approx(np.log(100) / 4.0, abs=0.01)


def test_silence_is_finite():
    assert np.isfinite(log_mel(np.zeros(2048, dtype=np.float32))).all()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12))
def test_sound_in_pieces_gives_the_same_as_in_one(sizes):
    whole = FeatureStream().accept(NOISE[: sum(sizes)] if sum(sizes) <= len(NOISE) else NOISE)
    stream, at, pieces = FeatureStream(), 0, []
    for size in sizes:
        pieces.append(stream.accept(NOISE[at : at + size]))
        at += size
    together = np.concatenate(pieces)
    assert together.shape[1] == FRAMES_PER_STEP * BANDS
    np.testing.assert_allclose(together, whole, rtol=1e-5, atol=1e-5)


def test_each_step_is_a_frame_of_the_voice_detector():
    stream = FeatureStream()
    assert [len(stream.accept(NOISE[:STEP_SAMPLES])) for _ in range(3)] == [1, 1, 1]
    stream.reset()
    assert len(stream.accept(NOISE[: STEP_SAMPLES - 1])) == 0
