"""The ratio of a mixture is the one that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weight, a_weighted_db, active_level_db, level_db
from cabin.noise.mixing import WEIGHTINGS, mix

RANDOM = np.random.default_rng(1)
SPEECH = np.concatenate((RANDOM.standard_normal(SAMPLE_RATE_HZ), np.zeros(SAMPLE_RATE_HZ)))
NOISE = np.cumsum(RANDOM.standard_normal(2 * SAMPLE_RATE_HZ))
FULL_SCALE_DB = 93.98


@settings(max_examples=12)
@given(st.floats(-10, 40), st.floats(-60, -20), st.sampled_from(WEIGHTINGS))
def test_ratio_and_level(snr_db, level_dbfs, weighting):
    mixture = mix(SPEECH, NOISE, snr_db, level_dbfs, weighting)
    assert mixture.samples.dtype == np.float32
    rest = mixture.samples - mix(SPEECH, np.zeros(len(NOISE)), 0, level_dbfs - mixture.turned_down_db).samples
    speech_db = level_dbfs + FULL_SCALE_DB - mixture.turned_down_db
    if weighting == "a":
        speech_db += active_level_db(a_weight(SPEECH)) - active_level_db(SPEECH)
    noise_db = a_weighted_db(rest) if weighting == "a" else level_db(rest)
    assert speech_db - noise_db == pytest.approx(snr_db, abs=0.2)


def test_what_is_too_loud_is_turned_down_whole():
    mixture = mix(SPEECH, NOISE, -30, -10)
    assert np.max(np.abs(mixture.samples)) == pytest.approx(0.98, abs=1e-3)
    assert mixture.turned_down_db > 0


def test_without_speech_the_noise_is_where_it_would_be():
    samples = mix(np.zeros(len(NOISE)), NOISE, 10, -30).samples
    assert level_db(samples) - FULL_SCALE_DB == pytest.approx(-40, abs=0.1)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="different lengths"):
        mix(SPEECH, NOISE[:-1], 10)
