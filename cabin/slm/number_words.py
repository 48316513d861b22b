"""The words of numbers and units, as people say them, type them and mistype them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "MULTIPLES",
    "NAMES",
    "ORDINALS",
    "PAIRS",
    "PARTS",
    "SHARES",
    "SHARES_MANY",
    "SMALL",
    "TENS",
    "UNITS",
    "ZERO",
]

_SPELLED_SMALL = [
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
_SPELLED_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_MISSPELLED: Mapping[str, int] = {
    "elevn": 11,
    "twelv": 12,
    "thriteen": 13,
    "forteen": 14,
    "fourtheen": 14,
    "fiveteen": 15,
    "fivteen": 15,
    "sixten": 16,
    "seventen": 17,
    "eightteen": 18,
    "ninteen": 19,
    "tweny": 20,
    "twenny": 20,
    "thrity": 30,
    "thirthy": 30,
    "fourty": 40,
    "fify": 50,
    "fifity": 50,
    "fivety": 50,
    "sixy": 60,
    "sevety": 70,
    "eigthy": 80,
    "eigty": 80,
    "ninty": 90,
}
"""Common typing errors that are no words of their own."""

SMALL: Mapping[str, int] = {word: value for value, word in enumerate(_SPELLED_SMALL)} | {
    word: value for word, value in _MISSPELLED.items() if value < 20
}
"""zero to nineteen."""

TENS: Mapping[str, int] = {word: 10 * value for value, word in enumerate(_SPELLED_TENS, start=2)} | {
    word: value for word, value in _MISSPELLED.items() if value >= 20
}
"""twenty to ninety."""

PAIRS: Mapping[str, int] = {
    tens + ones: TENS[tens] + SMALL[ones] for tens in (*_SPELLED_TENS, "fourty") for ones in _SPELLED_SMALL[1:10]
}
"""Tens and ones written as one word: "twentytwo"."""

ZERO = frozenset(("oh", "o", "nought", "null"))
"""Zero inside a number ("one oh one"); never a number alone."""

MULTIPLES: Mapping[str, int] = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
"""A number too great for any slot is read whole too, so that "a million" is refused and never taken for one."""

ORDINALS: Mapping[str, int] = {
    word: value
    for value, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=1
    )
}
"""The second seat is seat 2."""

SHARES: Mapping[str, float] = {
    "half": 50.0,
    "halfway": 50.0,
    "quarter": 25.0,
    "third": 33.0,
    "medium": 50.0,
    "middle": 50.0,
    "mid": 50.0,
}
"""Shares of the whole, in percent."""

SHARES_MANY: Mapping[str, float] = {"quarters": 25.0, "thirds": 100.0 / 3.0}
"""Shares that are counted: "three quarters"."""

PARTS: Mapping[tuple[str, ...], float] = {
    ("and", "a", "half"): 0.5,
    ("and", "a", "quarter"): 0.25,
    ("and", "three", "quarters"): 0.75,
}
"""What may follow a whole number: "two and a half"."""

UNITS: tuple[tuple[tuple[str, ...], str], ...] = tuple(
    (tuple(phrase.split()), unit)
    for unit, phrases in {
        "celsius": "degrees celsius|degree celsius|degrees centigrade|degree centigrade|degrees c|degree c|deg c"
        "|celsius|centigrade|degrees celcius|degree celcius|celcius|c",
        "fahrenheit": "degrees fahrenheit|degree fahrenheit|degrees f|degree f|deg f|fahrenheit|degrees farenheit"
        "|degrees fahrenheight|degrees farenheight|farenheit|fahrenheight|farenheight|f",
        "degree": "degrees|degree|degs|deg",
        "percent": "percent|per cent|percents|pct",
        "mph": "miles per hour|miles an hour|mile per hour|mile an hour|mph|m p h|mi h",
        "kmh": "kilometers per hour|kilometres per hour|kilometers an hour|kilometres an hour|kmh|kmph|kph|k p h|km h"
        "|km per hour|km an hour",
        "mhz": "megahertz|mhz|mega hertz|m h z",
        "khz": "kilohertz|khz|kilo hertz|k h z",
        "minute": "minutes|minute|mins|min",
        "level": "levels|notches|notch|steps|step|stages|stage|clicks|click|bars|bar",
    }.items()
    for phrase in phrases.split("|")
)
"""(words, unit), the longer before the shorter that they begin with."""

NAMES: Mapping[int, str] = dict(enumerate(_SPELLED_SMALL)) | {
    10 * value: word for value, word in enumerate(_SPELLED_TENS, start=2)
}
"""Whole number -> its word, right spelling."""
