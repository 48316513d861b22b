"""Talk in the back is made of the speech that is given."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.babble import babble
from cabin.noise.level import active_level_db, level_db

TALK = [np.random.default_rng(seed).standard_normal(SAMPLE_RATE_HZ) for seed in range(3)]


def test_talkers_speak_at_their_level_with_pauses():
    sound = babble(60 * SAMPLE_RATE_HZ, TALK, 1, 62, np.random.default_rng(1))
    assert active_level_db(sound) == pytest.approx(62, abs=1)
    assert level_db(sound) < 61.5
    assert np.mean(sound == 0) > 0.15


def test_more_talkers_are_louder():
    one, four = (level_db(babble(480_000, TALK, talkers, 62, np.random.default_rng(1))) for talkers in (1, 4))
    assert 4 < four - one < 8


def test_without_speech_there_is_no_talk():
    assert not np.any(babble(100, [], 3, 62, np.random.default_rng(1)))
