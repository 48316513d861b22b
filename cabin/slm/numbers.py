"""Numbers and units in what was said: every number that a command can carry stands somewhere in the utterance.

The model never writes a digit. It points at one of the numbers found here, so 22.5 cannot become 27 and a number that
was not said cannot appear. Words and digits are read alike: "twenty two point five", "22.5", "minus five", "a quarter",
"one oh one".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["NumberSpan", "find_numbers", "say_number"]

_SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_TENS["fourty"] = 40
_ZERO = {"oh": 0, "o": 0, "nought": 0, "null": 0}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=1
    )
}
_SHARES = {"half": 50.0, "halfway": 50.0, "quarter": 25.0, "third": 33.0, "medium": 50.0, "middle": 50.0, "mid": 50.0}
_SHARES_MANY = {"quarters": 25.0, "thirds": 100.0 / 3.0}
_NEGATIVE = ("minus", "negative")
_NOT_A_NUMBER_AFTER = frozenset(
    [
        "this",
        "that",
        "other",
        "another",
        "next",
        "last",
        "previous",
        "which",
        "each",
        "every",
        "no",
        "any",
        "some",
        "the",
    ]
)
"""Before "one", these make it a pronoun: "the other one"."""

_UNITS: tuple[tuple[tuple[str, ...], str], ...] = tuple(
    (tuple(phrase.split()), unit)
    for unit, phrases in {
        "celsius": "degrees celsius|degree celsius|degrees centigrade|degree centigrade|degrees c|degree c|celsius"
        "|centigrade",
        "fahrenheit": "degrees fahrenheit|degree fahrenheit|degrees f|degree f|fahrenheit",
        "degree": "degrees|degree",
        "percent": "percent|per cent|percents",
        "mph": "miles per hour|miles an hour|mile per hour|mile an hour|mph|m p h",
        "kmh": "kilometers per hour|kilometres per hour|kilometers an hour|kilometres an hour|kmh|kph|k p h|km h"
        "|km per hour",
        "mhz": "megahertz|mhz|mega hertz",
        "khz": "kilohertz|khz|kilo hertz",
        "minute": "minutes|minute|mins|min",
        "level": "levels|notches|notch|steps|step|stages|stage|clicks|click|bars|bar",
    }.items()
    for phrase in phrases.split("|")
)
_LEVEL_BEFORE = frozenset(("level", "stage", "step", "setting", "notch"))


@dataclass(frozen=True)
class NumberSpan:
    """A number in a sequence of words."""

    start: int
    """Index of its first word."""
    end: int
    """Index after its last word, the unit not counted."""
    value: float
    unit: str | None
    """The unit said beside it: percent, celsius, fahrenheit, degree, level, kmh, mph, minute, mhz, khz."""
    unit_end: int
    """Index after the unit's last word; `end` when no unit follows."""


def find_numbers(words: Sequence[str]) -> list[NumberSpan]:
    """Return the numbers in normalized words, in order, none overlapping, the longest reading at each place.

    >>> [(n.value, n.unit) for n in find_numbers("set it to twenty two point five degrees".split())]
    [(22.5, 'degree')]
    """
    spans = []
    at = 0
    while at < len(words):
        found = _read(words, at)
        if found is None:
            at += 1
            continue
        value, end, unit = found
        said_unit, unit_end = _unit_after(words, end)
        if said_unit is None and at and words[at - 1] in _LEVEL_BEFORE:
            said_unit = "level"
        spans.append(NumberSpan(at, end, value, said_unit or unit, unit_end))
        at = max(end, unit_end)
    return spans


def _read(words: Sequence[str], at: int) -> tuple[float, int, str | None] | None:
    """Return (value, end, unit implied) of the number that begins at `at`, if one does."""
    word = words[at]
    if word in _NEGATIVE:
        found = _read_plain(words, at + 1)
        return (-found[0], found[1], None) if found else None
    if word in _ORDINALS and not (word == "second" and at and words[at - 1] in ("a", "one")):
        if word == "third" and at and words[at - 1] == "a":
            return 33.0, at + 1, "percent"
        return float(_ORDINALS[word]), at + 1, None
    if word in _SHARES:
        return _SHARES[word], at + 1, "percent"
    if word == "one" and at and words[at - 1] in _NOT_A_NUMBER_AFTER:
        return None
    if word == "couple" and at and words[at - 1] == "a":
        return 2.0, at + (2 if words[at + 1 : at + 2] == ["of"] else 1), None
    found = _read_plain(words, at)
    if found is None:
        return None
    value, end = found
    if end < len(words) and words[end] in _SHARES_MANY:
        return float(round(value * _SHARES_MANY[words[end]])), end + 1, "percent"
    return value, end, None


def _read_plain(words: Sequence[str], at: int) -> tuple[float, int] | None:
    """Read a number without sign: digits or words, with a fraction after a point or "and a half"."""
    if at >= len(words):
        return None
    if words[at][0].isdigit():
        value, end = _digits(words[at]), at + 1
        if value is None:
            return None
    elif words[at] == "point" and at + 1 < len(words) and words[at + 1] in _SMALL:
        value, end = 0.0, at
    else:
        found = _cardinal(words, at)
        if found is None:
            return None
        value, end = float(found[0]), found[1]
    if value == int(value):
        value, end = _fraction(words, value, end)
    return value, end


def _digits(word: str) -> float | None:
    """Read "22", "22.5"; None for what is no plain number ("3rd", "1.2.3", hundreds of digits)."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _fraction(words: Sequence[str], value: float, end: int) -> tuple[float, int]:
    """Add ".5", said as "point five", or "and a half"."""
    if end < len(words) and words[end] in ("point", "dot", "decimal"):
        at, digits = end + 1, ""
        while at < len(words) and len(digits) < 6:
            word = words[at]
            if word in _SMALL and _SMALL[word] < 10:
                digits += str(_SMALL[word])
            elif word in _ZERO:
                digits += "0"
            elif word.isdecimal():  # isdigit() also holds for circled digits, which float() does not read
                digits += word
            elif not digits and (pair := _under_hundred(words, at)):
                digits, at = str(pair[0]), pair[1] - 1
            else:
                break
            at += 1
        if digits:
            return float(f"{int(value)}.{digits}"), at
    for phrase, part in ((("and", "a", "half"), 0.5), (("and", "a", "quarter"), 0.25)):
        if tuple(words[end : end + 3]) == phrase:
            return value + part, end + 3
    return value, end


def _cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read a whole number in words, up to the hundred thousands, also in short form ("one twenty", "one oh five")."""
    if words[at] == "a" and words[at + 1 : at + 2] in (["hundred"], ["thousand"]):
        value, end = 1, at + 1
    else:
        found = _under_hundred(words, at)
        if found is None:
            return None
        value, end = found
    if end < len(words) and words[end] not in ("hundred", "thousand"):
        return _run_together(words, value, end)
    total = 0
    while end < len(words) and words[end] in ("hundred", "thousand"):
        if words[end] == "thousand":
            total, value = (total + value) * 1000, 0
        else:
            value *= 100
        end += 1
        skip = end + 1 if words[end : end + 1] == ["and"] else end
        rest = _under_hundred(words, skip) if skip < len(words) else None
        if rest and rest[0] > 0:
            value, end = value + rest[0], rest[1]
    return total + value, end


def _under_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    if words[at] in _SMALL:
        return _SMALL[words[at]], at + 1
    if words[at] in _TENS:
        ones = _SMALL.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return (_TENS[words[at]] + ones, at + 2) if 0 < ones < 10 else (_TENS[words[at]], at + 1)
    return None


def _run_together(words: Sequence[str], value: int, end: int) -> tuple[int, int]:
    """Read "one twenty" as 120 and "one oh one" as 101, as people say speeds and stations."""
    if not 1 <= value < 100:
        return value, end
    if words[end] in _ZERO and end + 1 < len(words) and 0 < _SMALL.get(words[end + 1], 0) < 10:
        return value * 100 + _SMALL[words[end + 1]], end + 2
    pair = _under_hundred(words, end)
    if pair and pair[0] >= 10:
        return value * 100 + pair[0], pair[1]
    return value, end


def _unit_after(words: Sequence[str], end: int) -> tuple[str | None, int]:
    for phrase, unit in _UNITS:
        if tuple(words[end : end + len(phrase)]) == phrase:
            return unit, end + len(phrase)
    return None, end


_NAMES = {value: word for word, value in {**_SMALL, **{w: v for w, v in _TENS.items() if w != "fourty"}}.items()}


def say_number(value: float) -> str:
    """Return a number below a million in words, as `find_numbers` reads it: 22.5 is "twenty two point five"."""
    if value < 0:
        return "minus " + say_number(-value)
    whole, _, part = f"{value:.3f}".rstrip("0").rstrip(".").partition(".")
    text = _say_whole(int(whole))
    if part:
        text += " point " + " ".join(_NAMES[int(digit)] for digit in part)
    return text


def _say_whole(value: int) -> str:
    if value >= 1000:
        rest = f" {_say_whole(value % 1000)}" if value % 1000 else ""
        return f"{_say_whole(value // 1000)} thousand{rest}"
    if value >= 100:
        rest = f" {_say_whole(value % 100)}" if value % 100 else ""
        return f"{_NAMES[value // 100]} hundred{rest}"
    if value in _NAMES:
        return _NAMES[value]
    return f"{_NAMES[value - value % 10]} {_NAMES[value % 10]}"
