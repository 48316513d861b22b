"""Levels: known tones, and speech with pauses whose active level is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import REFERENCE_PA, a_weight, a_weighted_db, active_level_db, level_db, scaled_to_db_a

SECOND = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def tone(frequency, level, seconds=1):
    return np.sqrt(2) * REFERENCE_PA * 10 ** (level / 20) * np.tile(np.sin(2 * np.pi * frequency * SECOND), seconds)


def test_a_tone_of_one_pascal_is_94_db():
    assert level_db(np.sqrt(2) * np.sin(2 * np.pi * 1000 * SECOND)) == pytest.approx(93.98, abs=0.01)


@pytest.mark.parametrize(("frequency", "weight"), [(63, -26.2), (125, -16.1), (250, -8.6), (1000, 0.0), (4000, 1.0)])
def test_the_a_curve_has_the_values_of_the_standard(frequency, weight):
    assert a_weighted_db(tone(frequency, 70)) - 70 == pytest.approx(weight, abs=0.1)


def test_silence_has_a_level_and_stays_silence():
    assert level_db(np.zeros(10)) == level_db(np.zeros(0)) == active_level_db(np.zeros(100)) == -200
    assert not np.any(scaled_to_db_a(np.zeros(10), 60))
    assert len(a_weight(np.zeros(0))) == 0


def test_a_sound_is_brought_to_a_level():
    assert a_weighted_db(scaled_to_db_a(np.random.default_rng(1).standard_normal(8000), 55)) == pytest.approx(55)


@settings(max_examples=12)
@given(st.integers(1, 6), st.floats(40, 80))
def test_pauses_do_not_lower_the_active_level(pauses, level):
    burst = np.random.default_rng(1).standard_normal(SAMPLE_RATE_HZ)
    burst *= REFERENCE_PA * 10 ** (level / 20) / np.std(burst)
    with_pauses = np.concatenate((burst, np.zeros(pauses * SAMPLE_RATE_HZ), burst))
    # The hangover of 0.2 s counts as active: 2 s of sound are 2.4 s at most.
    assert level - 1.2 <= active_level_db(with_pauses) <= level + 0.3
    assert level_db(with_pauses) < level - 1.5


def test_noise_far_below_speech_does_not_count_as_speech():
    random = np.random.default_rng(2)
    speech = np.concatenate((tone(500, 65), np.zeros(3 * SAMPLE_RATE_HZ)))
    hiss = REFERENCE_PA * 10 ** (25 / 20) * random.standard_normal(len(speech))
    assert active_level_db(speech + hiss) == pytest.approx(active_level_db(speech), abs=0.2)
