"""Texts for a phrase: near misses of any phrase, and never the phrase itself."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.wake.phrase import WakePhrase
from cabin.wake.training.texts import draw_texts, near_misses

WORDS = ["card", "cow", "day", "window", "open", "music", "far", "they", "light", "hello", "computers"]


@pytest.mark.parametrize("text", ["hey car", "hello computer", "jarvis"])
def test_near_misses_are_made_for_any_phrase_and_are_not_the_phrase(text):
    phrase = WakePhrase(text)
    made = near_misses(phrase, WORDS, random.Random(1), 40)
    assert 10 < len(made) <= 40
    assert len(set(made)) == len(made)
    assert all(phrase.find(each) is None for each in made)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("abdehiknorstu", min_size=2, max_size=8), min_size=1, max_size=4), st.integers(0, 99))
def test_any_words_can_be_a_phrase(words, seed):
    made = near_misses(WakePhrase(" ".join(words)), WORDS, random.Random(seed), 15)
    assert all(made)


def test_texts_are_the_same_for_the_same_seed(small_sentences):
    phrase = WakePhrase("hey car")
    texts = draw_texts(phrase, small_sentences, 3, near=20, other=5)
    assert texts == draw_texts(phrase, small_sentences, 3, near=20, other=5)
    assert texts.phrase[0] == "hey car"
    assert len(set(texts.phrase)) == len(texts.phrase) >= 4
    assert all(each.startswith("hey car, ") for each in texts.commands)
    assert not any(phrase.find(each) for each in texts.other)
    assert not {each.partition(", ")[2] for each in texts.commands} & set(texts.other)
