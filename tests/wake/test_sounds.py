"""How words sound, and how far apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.wake.sounds import distance, phones

WORDS = st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [("car", "kar"), ("carr", "car"), ("hey", "hay"), ("right", "write"), ("phone", "fone"), ("rate", "rayt")],
)
def test_words_that_sound_the_same(one, other):
    assert phones(one) == phones(other)


@pytest.mark.parametrize(
    ("near", "far"),
    [("core", "window"), ("card", "guitar"), ("cow", "music"), ("gar", "light"), ("cars", "temperature")],
)
def test_what_is_easily_taken_for_it_lies_nearer(near, far):
    wanted = phones("car")
    assert distance(phones(near), wanted) < 0.5 < distance(phones(far), wanted)


def test_weak_sounds_cost_less_than_others():
    assert distance(phones("car"), phones("hcar")) < distance(phones("car"), phones("scar"))


def test_nothing_is_far_from_something():
    assert distance("", "kar") > 0.8
    assert distance("", "") == 0.0
    assert distance("kar", "") == 1.0


@given(WORDS)
def test_any_word_has_sounds_without_an_error(word):
    assert distance(phones(word), phones(word)) == 0.0


@given(st.text("hEkardnl", max_size=8), st.text("hEkardnl", min_size=1, max_size=8))
def test_a_distance_is_as_long_as_the_worst_change(one, other):
    far = distance(one, other)
    assert 0.0 <= far <= max(len(one), len(other)) / len(other)
    assert (far == 0.0) == (one == other)
