"""How the phrase is misread: what was heard, but no other sentence's beginning and nothing made up."""

from __future__ import annotations

import itertools

import numpy as np

from cabin.wake.phrase import WakePhrase
from cabin.wake.training.variants import learn_variants

SOUND = np.random.default_rng(1).standard_normal(8_000).astype(np.float32) * 0.1


def test_what_was_misread_is_kept_most_frequent_first():
    readings = itertools.cycle(["take car", "take car", "hey car", "k car", "", "take it", "what a day it was"])
    told = []
    found = learn_variants(
        WakePhrase("hey car"), [SOUND] * 7, lambda _samples: next(readings), ["take it easy"], told=told.append
    )
    assert found == ("take car", "k car")
    assert told == [1, 2, 3, 4, 5, 6, 7]


def test_each_sound_is_heard_in_several_noises_with_a_margin():
    heard = []
    learn_variants(WakePhrase("hey car"), [SOUND], lambda samples: heard.append(samples) or "hey car", [])
    assert len(heard) == 3
    assert all(len(samples) > len(SOUND) for samples in heard)
    assert not np.array_equal(heard[0], heard[1])
