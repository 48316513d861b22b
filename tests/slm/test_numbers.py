from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.slm.numbers import find_numbers, say_number
from cabin.slm.text import normalize
from cabin.slm.vocabulary import POSSESSIVE
from tests.slm.said_numbers import said_numbers

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


@pytest.mark.parametrize(("text", "numbers"), said_numbers())
def test_the_table_of_what_people_say(text, numbers):
    words = POSSESSIVE.sub(r"\1 's", normalize(text)).split()
    found = [
        (n.value, n.unit, " ".join(words[n.start : n.end]), " ".join(words[n.end : n.unit_end]))
        for n in find_numbers(words)
    ]
    assert found == [(pytest.approx(value), unit, said, of) for value, unit, said, of in numbers]


def test_the_table_is_as_long_as_it_should_be():
    assert len(dict(said_numbers())) >= 150


def spoken(value: int) -> list[str]:
    """Return the ways to say a whole number from 21 to 999,999."""
    plain = say_number(value)
    ways = [plain, plain.replace(" ", "-"), f"{value:,}", f"{value}", f"{value}.0", plain.upper()]
    hundreds, rest = divmod(value, 100)
    if hundreds < 100 and hundreds and rest:
        ways.append(plain.replace("hundred ", "hundred and "))
    if 1 <= hundreds < 100 and hundreds % 10 and rest >= 10 and (hundreds, rest) != (50, 50):
        ways.append(f"{say_number(hundreds)} {say_number(rest)}")
    if 1 <= hundreds < 100 and hundreds % 10 and 0 < rest < 10:
        ways.append(f"{say_number(hundreds)} oh {say_number(rest)}")
    if hundreds == 1:
        ways += ["a " + plain.removeprefix("one "), plain.removeprefix("one ") if rest else "hundred percent"]
    if value < 100 and value % 10:
        ways.append(plain.replace(" ", ""))
    return ways


@given(st.integers(21, 999) | st.integers(1000, 999_999))
def test_every_way_to_say_a_whole_number_is_read_back(value):
    for text in spoken(value):
        assert [number for number, _ in read(f"set it to {text} please")] == [value], text


@given(
    st.integers(0, 999), st.sampled_from([("and a half", 0.5), ("and a quarter", 0.25), ("and three quarters", 0.75)])
)
def test_a_number_and_a_part_is_read_back(value, part):
    words, more = part
    assert read(f"{say_number(value)} {words} degrees") == [(value + more, "degree")]
    assert read(f"minus {value} {words}") == [(-value - more, None)]
    assert read(f"{say_number(value)} degrees {words} warmer") == [(value + more, "degree")]


@given(st.integers(0, 9999), st.integers(1, 999))
def test_a_point_said_or_typed_apart_is_read_back(whole, part):
    value = float(f"{whole}.{part}")
    assert read(f"to {whole} .{part} degrees") == [(value, "degree")]
    assert read(f"to {say_number(whole)} point {part}") == [(value, None)]
    assert read(f"to {whole:,}.{part}") == [(value, None)]


PIECES = (
    "one two twenty five oh point minus a half quarter third and hundred thousand level the percent degrees second "
    "5 22.5 3rd 9 couple of to ❶ ፩ a c f m fifty 50 million minute per cent zero twentytwo quarters"
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
