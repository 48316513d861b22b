from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.slm.numbers import find_numbers, say_number
from cabin.slm.text import normalize

THOUSANDTHS = st.integers(0, 999_999_999).map(lambda n: n / 1000)
UNITS = {
    "percent": "percent", "per cent": "percent", "degrees celsius": "celsius", "degrees": "degree",
    "fahrenheit": "fahrenheit", "kilometers per hour": "kmh", "miles an hour": "mph", "megahertz": "mhz",
    "khz": "khz", "minutes": "minute", "notches": "level",
}  # fmt: skip


def read(text: str) -> list[tuple[float, str | None]]:
    return [(number.value, number.unit) for number in find_numbers(normalize(text).split())]


@given(THOUSANDTHS)
def test_a_number_said_is_read_back(value):
    assert read(say_number(value)) == [(value, None)]
    assert read(f"set it to {say_number(value)} please") == [(value, None)]


@given(THOUSANDTHS.filter(bool))
def test_a_negative_number_said_is_read_back(value):
    assert read(say_number(-value)) == [(-value, None)]


@given(st.integers(0, 999_999), st.sampled_from(sorted(UNITS)))
def test_the_unit_beside_a_number_is_read(value, unit):
    words = f"{say_number(value)} {unit} now".split()
    (number,) = find_numbers(words)
    assert (number.value, number.unit) == (value, UNITS[unit])
    assert " ".join(words[number.start : number.end]) == say_number(value)
    assert " ".join(words[number.end : number.unit_end]) == unit


@given(THOUSANDTHS)
def test_digits_are_read_like_words(value):
    assert read(f"{value:.3f}") == [(value, None)]
    assert read(f"-{value:.3f}") == [(-value, None)]


PIECES = (
    "one two twenty five oh point minus a half quarter third and hundred thousand level the percent degrees second "
    "5 22.5 3rd 9 couple of to ❶ ፩"
)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=12))
def test_spans_stand_in_order_and_do_not_overlap(words):
    spans = find_numbers(words)
    for span in spans:
        assert 0 <= span.start < span.end <= span.unit_end <= len(words)
    assert all(left.unit_end <= right.start for left, right in pairwise(spans))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("twenty two point five", [(22.5, None)]),
        ("22.5", [(22.5, None)]),
        ("ninety eight point seven", [(98.7, None)]),
        ("minus five", [(-5, None)]),
        ("negative 5 degrees", [(-5, "degree")]),
        ("five to nine", [(5, None), (9, None)]),
        ("a quarter", [(25, "percent")]),
        ("three quarters", [(75, "percent")]),
        ("a third", [(33, "percent")]),
        ("two thirds", [(67, "percent")]),
        ("halfway", [(50, "percent")]),
        ("twenty two and a half", [(22.5, None)]),
        ("one oh one point five", [(101.5, None)]),
        ("one twenty kph", [(120, "kmh")]),
        ("two thousand and five", [(2005, None)]),
        ("a hundred", [(100, None)]),
        ("point five", [(0.5, None)]),
        ("level three", [(3, "level")]),
        ("a couple of degrees", [(2, "degree")]),
        ("1,200", [(1200, None)]),
        ("80%", [(80, "percent")]),
        ("22°", [(22, "degree")]),
        ("the second seat", [(2, None)]),
    ],
)
def test_what_people_say(text, numbers):
    assert read(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "the other one",
        "this one",
        "which one",
        "no one",
        "1.2.3",
        "3rd",
        "1980s",
        "9" * 330,
        "a second",
        "point taken",
        "",
    ],
)
def test_what_is_no_number(text):
    assert read(text) == []


def test_one_is_a_number_where_it_counts():
    assert read("one window") == [(1, None)]
    assert read("turn it up by one") == [(1, None)]


def test_digits_that_float_does_not_read():
    assert read("five point ❶") == [(5, None)]
    assert read("1 point ٣") == [(1.3, None)]
