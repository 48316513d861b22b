from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_moonshine.normalize import normalize


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Set it to 22.5 degrees.", "set it to 22.5 degrees"),
        ("Open the window 50%!", "open the window 50 percent"),
        ("I'm cold, really\u2014cold.", "i'm cold really cold"),
        ("It\u2019s 1,000 km.", "it's 1000 km"),
        ("Wake me at 7:30 p.m.", "wake me at 7 30 pm"),
        ("21\u00b0C", "21 degrees celsius"),
        ("70\u00b0F", "70 degrees fahrenheit"),
        ("minus -5 degrees", "minus minus 5 degrees"),
        ("twenty-two", "twenty two"),
        ("It costs $5.50.", "it costs 5.50 dollars"),
        ("AC & heat", "ac and heat"),
        ("the drivers' window", "the drivers' window"),
        ("'Hello'", "hello"),
        ("Ends in 5.", "ends in 5"),
        ("...", ""),
        ("", ""),
    ],
)
def test_spelling(said: str, expected: str) -> None:
    assert normalize(said) == expected


@given(st.text(max_size=60))
def test_twice_is_once(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


@given(st.text(alphabet="abcXYZ 0123456789.,%'!?-:$&", max_size=40))
def test_only_words_numbers_and_apostrophes_are_left(text: str) -> None:
    assert set(normalize(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789.' ")
