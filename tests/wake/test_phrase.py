"""The phrase read in a text, and taken off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.errors import ConfigError
from cabin.wake.phrase import FILLERS, WakePhrase, parse_phrase

HEY_CAR = WakePhrase("hey car")
WORDS = ("turn", "on", "the", "light", "open", "window", "please", "now")
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("hey car", ""),
        ("hey car turn on the light", "turn on the light"),
        ("hay kar open the window", "open the window"),
        ("heycar open it", "open it"),
        ("a car put it on", "put it on"),
        ("oh hey car stop", "stop"),
        ("hey car hey car", ""),
        ("hey car hey", ""),
        ("hey car hay kar stop", "stop"),
        ("hey car hey can you stop", "hey can you stop"),
    ],
)
def test_it_is_found_at_the_beginning(text, rest):
    assert HEY_CAR.find(text).rest == rest


@pytest.mark.parametrize(
    "text",
    ["", "turn on the light", "turn on hey car", "they are here", "haircut", "my car is red", "the weather", "hey you"],
)
def test_it_is_not_found_elsewhere(text):
    assert HEY_CAR.find(text) is None


def test_anywhere_when_it_was_heard_in_the_sound():
    found = HEY_CAR.find("and then i said hey car open the trunk", anywhere=True)
    assert (found.rest, found.words, found.likeness) == ("open the trunk", 6, 1.0)


def test_how_like_it_must_be_is_the_callers_to_say():
    assert HEY_CAR.find("take car stop", 0.8) is None
    assert HEY_CAR.find("take car stop", 0.55).rest == "stop"


def test_variants_count_as_the_phrase():
    phrase = WakePhrase("hey car", ("take it",))
    assert phrase.find("take it stop").likeness == 1.0


@given(SENTENCES, st.lists(st.sampled_from(sorted(FILLERS)), max_size=2))
def test_whatever_follows_is_kept_whole(sentence, fillers):
    found = HEY_CAR.find(" ".join([*fillers, "hey car", sentence]).strip())
    assert found.rest == sentence
    assert found.likeness == 1.0


@given(st.text("abcdehijknorstuwy ", max_size=60))
def test_any_text_can_be_looked_at(text):
    found = HEY_CAR.find(text, 0.0, anywhere=True)
    assert found is None or 0.0 <= found.likeness <= 1.0


@pytest.mark.parametrize(
    ("text", "variants", "problems"),
    [
        ("", (), 1),
        ("hey 5", (), 1),
        ("hi", (), 1),
        ("hello to you my dear little car", (), 1),
        ("a", ("b4", "", "ok"), 3),
    ],
)
def test_a_phrase_that_cannot_wake_is_told_with_all_mistakes(text, variants, problems):
    with pytest.raises(ConfigError) as caught:
        parse_phrase(text, variants)
    assert len(caught.value.problems) == problems


def test_a_phrase_is_normalized():
    assert parse_phrase("Hey, Car", ["Hey-Carr"]) == WakePhrase("hey car", ("hey carr",))
