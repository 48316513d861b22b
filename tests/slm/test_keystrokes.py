from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.slm import keystrokes

WORDS = st.text("abcdefghijklmnopqrstuvwxyzé", min_size=3, max_size=12)
SEEDS = st.integers(0, 2**32).map(random.Random)


@given(WORDS, SEEDS)
def test_letters(word, rng):
    assert len(keystrokes.lost(word, rng)) == len(word) - 1
    assert keystrokes.lost(word, rng)[0] == word[0]
    twice = keystrokes.doubled(word, rng)
    assert any(twice == word[:at] + word[at] + word[at:] for at in range(len(word)))
    assert sorted(keystrokes.swapped(word, rng)) == sorted(word)
    assert keystrokes.parted(word, rng).replace(" ", "") == word
    assert all(len(part) >= 2 for part in keystrokes.parted(word, rng).split())


@given(WORDS, SEEDS)
def test_one_vowel_or_one_key_differs(word, rng):
    other = keystrokes.vowel(word, rng)
    assert [b in "aeiou" for a, b in zip(word, other, strict=True) if a != b] in ([], [True])
    assert len(keystrokes.neighbour(word, rng)) - len(word) in (0, 1)


def typed(slip, word):
    return {slip(word, random.Random(seed)) for seed in range(300)}


def test_neighbours_are_those_of_a_keyboard():
    assert typed(keystrokes.neighbour, "g") >= {"f", "h", "t", "b", "fg"}
    assert not typed(keystrokes.neighbour, "g") & {"a", "p", "d", "g"}


@pytest.mark.parametrize(
    ("word", "spellings"),
    [("phone", {"fone"}), ("lights", {"lites", "liets", "ligts"}), ("why", {"wy"}), ("up", {"up"})],
)
def test_words_as_they_sound(word, spellings):
    assert typed(keystrokes.sounded, word) <= spellings
    assert typed(keystrokes.sounded, word) & spellings
