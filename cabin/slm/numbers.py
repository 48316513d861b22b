"""Numbers and units in what was said: every number that a command can carry stands somewhere in the utterance.

The model never writes a digit. It points at one of the numbers found here, so 22.5 cannot become 27 and a number that
was not said cannot appear. Words and digits are read alike: "twenty two point five", "22.5", "minus five", "a quarter",
"one oh one", "half a degree".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cabin.slm.number_words import (
    MULTIPLES,
    NAMES,
    ORDINALS,
    PAIRS,
    PARTS,
    SHARES,
    SHARES_MANY,
    SMALL,
    TENS,
    UNITS,
    ZERO,
)

__all__ = ["NumberSpan", "find_numbers", "say_number"]

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
_BEFORE_HUNDRED = frozenset(("to", "at", "by"))
_LEVEL_BEFORE = frozenset(("level", "stage", "step", "setting", "notch"))
_POINT = ("point", "dot", "decimal", "comma")
_BELOW_ZERO = (("below", "zero"), ("under", "zero"), ("sub", "zero"))
_LETTER_UNITS = ("c", "f")
_FIFTY = ("fifty", "50")
_ARTICLES = ("a", "an")


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
    """Index after the unit's last word, "and a half" and "below zero" counted in; `end` when nothing of it follows."""


def find_numbers(words: Sequence[str]) -> list[NumberSpan]:
    """Return the numbers in normalized words, in order, none overlapping, the longest reading at each place.

    >>> [(n.value, n.unit) for n in find_numbers("set it to twenty two point five degrees".split())]
    [(22.5, 'degree')]
    """
    spans = []
    at = 0
    while at < len(words):
        if _is_fifty_fifty(words, at):
            at += 2
            continue
        span = _part_of_unit(words, at) or _unit_and_half(words, at) or _number(words, at)
        if span is None:
            at += 1
            continue
        spans.append(span)
        at = max(span.end, span.unit_end)
    return spans


def _number(words: Sequence[str], at: int) -> NumberSpan | None:
    """Read the number that begins at `at`, if one does, with its unit."""
    found = _read(words, at)
    if found is None:
        return None
    value, end, implied = found
    unit, unit_end = _unit_after(words, end)
    if unit is None and at and words[at - 1] in _LEVEL_BEFORE:
        unit = "level"
    if unit_end > end and value == int(value):
        part, unit_end = _part(words, unit_end)  # "two degrees and a half"
        value += math.copysign(part, value)
    if value > 0 and tuple(words[unit_end : unit_end + 2]) in _BELOW_ZERO:  # "five degrees below zero"
        value, unit_end = -value, unit_end + 2
    return NumberSpan(at, end, value, unit or implied, unit_end)


def _is_fifty_fifty(words: Sequence[str], at: int) -> bool:
    """Whether "fifty fifty" stands here, which is no number but "in equal shares"; 5055 and "555 50 50" are."""
    if words[at] not in _FIFTY or list(words[at + 1 : at + 2]) != [words[at]]:
        return False
    beside = (words[at - 1] if at else "", words[at + 2] if at + 2 < len(words) else "")
    return not any(word in SMALL or word[:1].isdigit() for word in beside)


def _part_of_unit(words: Sequence[str], at: int) -> NumberSpan | None:
    """Read "half a degree", "half degree", "a quarter of a percent": a part of one unit, not of the whole."""
    if words[at] not in ("half", "quarter"):
        return None
    end = at + 1 + (list(words[at + 1 : at + 2]) == ["of"])
    end += list(words[end : end + 1]) in (["a"], ["an"])
    unit, unit_end = _unit_after(words, end)
    return None if unit is None else NumberSpan(at, end, SHARES[words[at]] / 100, unit, unit_end)


def _unit_and_half(words: Sequence[str], at: int) -> NumberSpan | None:
    """Read "a degree and a half"."""
    if words[at] not in _ARTICLES:
        return None
    unit, unit_end = _unit_after(words, at + 1)
    part, end = _part(words, unit_end)
    return None if unit is None or not part else NumberSpan(at, at + 1, 1 + part, unit, end)


def _read(words: Sequence[str], at: int) -> tuple[float, int, str | None] | None:
    """Return (value, end, unit implied) of the number that begins at `at`, if one does."""
    word = words[at]
    if word in _NEGATIVE:
        found = _read_plain(words, at + 1)
        return (0.0 - found[0], found[1], None) if found else None
    if word in ORDINALS and not (word == "second" and at and words[at - 1] in ("a", "one")):
        if word == "third" and at and words[at - 1] == "a":
            return SHARES[word], at + 1, "percent"
        return float(ORDINALS[word]), at + 1, None
    if word in SHARES:
        return SHARES[word], at + 1, "percent"
    if word == "one" and at and words[at - 1] in _NOT_A_NUMBER_AFTER:
        return None
    if word == "couple":
        return _couple(words, at)
    found = _read_plain(words, at)
    if found is None:
        return None
    value, end = found
    following = words[end] if end < len(words) else ""
    if following in SHARES_MANY:
        return float(round(value * SHARES_MANY[following])), end + 1, "percent"
    if word == "one" and end == at + 1 and following in ("half", "quarter", "third"):
        return SHARES[following], end + 1, "percent"
    return value, end, None


def _couple(words: Sequence[str], at: int) -> tuple[float, int, None] | None:
    """Read "a couple", and "couple of degrees" where the article was lost."""
    end = at + (2 if list(words[at + 1 : at + 2]) == ["of"] else 1)
    has_article = at > 0 and words[at - 1] == "a"
    return (2.0, end, None) if has_article or _unit_after(words, end)[0] else None


def _read_plain(words: Sequence[str], at: int) -> tuple[float, int] | None:
    """Read a number without sign: digits or words, with a fraction after a point or "and a half"."""
    if at >= len(words):
        return None
    if words[at][0].isdigit():
        value, end = _digits(words[at]), at + 1
        if value is None:
            return None
        while end < len(words) and words[end] in MULTIPLES:
            value, end = value * MULTIPLES[words[end]], end + 1
    elif words[at] == "point" and at + 1 < len(words) and words[at + 1] in SMALL:
        value, end = 0.0, at
    else:
        found = _digit_by_digit(words, at) or _cardinal(words, at)
        if found is None:
            return None
        value, end = float(found[0]), found[1]
    if value == int(value):
        value, end = _fraction(words, value, end)
    while value != int(value) and end < len(words) and words[end] in MULTIPLES:
        value, end = value * MULTIPLES[words[end]], end + 1  # "two point five million"
    return value, end


def _digits(word: str) -> float | None:
    """Read "22", "22.5"; None for what is no plain number ("3rd", "1.2.3", hundreds of digits)."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value * max(MULTIPLES.values())) else None


def _digit_by_digit(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read "one zero one" of "one zero one point five": a row of two to four digits is one number before a point only.

    Without a point it may be a telephone number or a list.
    """
    digits = ""
    end = at
    while end < len(words) and (SMALL.get(words[end], 10) < 10 or (digits and words[end] in ZERO)):
        digits += str(SMALL.get(words[end], 0))
        end += 1
    is_before_point = end + 1 < len(words) and words[end] in _POINT and _is_digit(words[end + 1])
    return (int(digits), end) if is_before_point and 2 <= len(digits) <= 4 and digits[0] != "0" else None


def _is_digit(word: str) -> bool:
    return SMALL.get(word, 10) < 10 or word in ZERO or word.isdecimal()


def _fraction(words: Sequence[str], value: float, end: int) -> tuple[float, int]:
    """Add ".5", said as "point five", or "and a half"."""
    if end < len(words) and words[end] in _POINT:
        at, digits = end + 1, ""
        while at < len(words) and len(digits) < 6:
            word = words[at]
            if SMALL.get(word, 10) < 10:
                digits += str(SMALL[word])
            elif word in ZERO:
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
    part, end = _part(words, end)
    return value + part, end


def _part(words: Sequence[str], end: int) -> tuple[float, int]:
    """Read "and a half"; 0 when nothing of the kind stands here."""
    for phrase, part in PARTS.items():
        if tuple(words[end : end + len(phrase)]) == phrase:
            return part, end + len(phrase)
    return 0.0, end


def _cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read a whole number in words, also in short form ("one twenty", "one oh five") and "hundred" alone."""
    if words[at] == "a" and list(words[at + 1 : at + 2]) in (["hundred"], ["thousand"]):
        value, end = 1, at + 1
    elif _is_one_hundred(words, at):
        value, end = 1, at
    else:
        found = _under_hundred(words, at)
        if found is None:
            return None
        value, end = found
    if end < len(words) and words[end] not in MULTIPLES:
        return _run_together(words, value, end)
    total = 0
    while end < len(words) and words[end] in MULTIPLES:
        multiple = MULTIPLES[words[end]]
        if multiple > 100:
            total, value = (total + value) * multiple, 0
        else:
            value *= 100
        end += 1
        if _part(words, end)[0]:  # "four hundred and three quarters" is no 403
            break
        skip = end + 1 if list(words[end : end + 1]) == ["and"] else end
        rest = _under_hundred(words, skip) if skip < len(words) else None
        if rest and rest[0] > 0:
            value, end = value + rest[0], rest[1]
    return total + value, end


def _is_one_hundred(words: Sequence[str], at: int) -> bool:
    """Whether a bare "hundred" is 100: "hundred percent", "hundred and ten", "to hundred", not "the hundred metres"."""
    if words[at] != "hundred":
        return False
    after = at + 2 if list(words[at + 1 : at + 2]) == ["and"] else at + 1
    is_last = at + 1 == len(words) and at > 0 and words[at - 1] in _BEFORE_HUNDRED
    return is_last or _under_hundred(words, after) is not None or _unit_after(words, at + 1)[0] is not None


def _under_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    if words[at] in SMALL:
        return SMALL[words[at]], at + 1
    if words[at] in PAIRS:
        return PAIRS[words[at]], at + 1
    if words[at] in TENS:
        ones = SMALL.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return (TENS[words[at]] + ones, at + 2) if 0 < ones < 10 else (TENS[words[at]], at + 1)
    return None


def _run_together(words: Sequence[str], value: int, end: int) -> tuple[int, int]:
    """Read "one twenty" as 120 and "one oh one" as 101, as people say speeds and stations."""
    if not 1 <= value < 100:
        return value, end
    if words[end] in ZERO and end + 1 < len(words) and 0 < SMALL.get(words[end + 1], 0) < 10:
        return value * 100 + SMALL[words[end + 1]], end + 2
    pair = _under_hundred(words, end)
    if pair and pair[0] >= 10:
        return value * 100 + pair[0], pair[1]
    return value, end


def _unit_after(words: Sequence[str], end: int) -> tuple[str | None, int]:
    for phrase, unit in UNITS:
        if tuple(words[end : end + len(phrase)]) == phrase:
            stop = end + len(phrase)
            is_spelled_out = phrase[0] in _LETTER_UNITS and stop < len(words) and len(words[stop]) == 1
            return (None, end) if is_spelled_out else (unit, stop)  # the f of "98.7 f m" is no Fahrenheit
    return None, end


def say_number(value: float) -> str:
    """Return a number below a million in words, as `find_numbers` reads it: 22.5 is "twenty two point five"."""
    if value < 0:
        return "minus " + say_number(-value)
    whole, _, part = f"{value:.3f}".rstrip("0").rstrip(".").partition(".")
    text = _say_whole(int(whole))
    if part:
        text += " point " + " ".join(NAMES[int(digit)] for digit in part)
    return text


def _say_whole(value: int) -> str:
    if value >= 1000:
        rest = f" {_say_whole(value % 1000)}" if value % 1000 else ""
        return f"{_say_whole(value // 1000)} thousand{rest}"
    if value >= 100:
        rest = f" {_say_whole(value % 100)}" if value % 100 else ""
        return f"{NAMES[value // 100]} hundred{rest}"
    if value in NAMES:
        return NAMES[value]
    return f"{NAMES[value - value % 10]} {NAMES[value % 10]}"
