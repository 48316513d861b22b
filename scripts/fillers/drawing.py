"""Drawing phrases: hand-written heads and patterns, names in the letters that a recognizer writes, digits said."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path

import yaml

from cabin.slm.numbers import say_number
from cabin.slm.text import normalize

__all__ = ["MOST_WORDS", "Heads", "collect", "fill", "plain", "read_heads", "say_digits", "say_house_number"]

MOST_WORDS = 8
_PARTS = re.compile(r",\s+|,?\s*\Z")
_FIELD = re.compile(r"\{(\w+)\}")
_PLAIN = re.compile(r"[a-z0-9'. ]+\Z")
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae", "œ": "oe", "ı": "i"}
    | {"þ": "th", "Þ": "Th", "ð": "d", "ə": "a", "ʻ": "'", "ʼ": "'"}
)
"""Letters that Unicode does not take apart into a Latin one and its mark."""
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PATIENCE = 400
_MENDED = (
    (re.compile(r"\b(?:the|an?) (?=the )"), ""),
    (re.compile(r"\bchilds\b"), "children"),
    (re.compile(r"(?<=[^aeiou])ys\b"), "ies"),
    (re.compile(r"(ss|sh|ch)s\b"), r"\1es"),
    (re.compile(r"\b(thie|wol|kni)fe?s\b"), r"\1ves"),
    (re.compile(r"\ba(?= [aeio])(?! one)"), "an"),
)
"""What patterns with a plural or an article make wrong."""

Heads = Mapping[str, tuple[str, ...]]


@cache
def read_heads(name: str) -> Heads:
    """Return name -> entries of a YAML file of this folder."""
    rows = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return {key: tuple(entry for entry in _PARTS.split(text) if entry) for key, text in rows.items()}


def fill(pattern: str, heads: Heads, rng: random.Random) -> str:
    """Return a pattern with an entry for each {name}, patterns in entries filled too, plurals and articles mended."""
    while "{" in pattern:
        pattern = _FIELD.sub(lambda found: rng.choice(heads[found[1]]), pattern)
    for wrong, right in _MENDED:
        pattern = wrong.sub(right, pattern)
    return pattern


def plain(text: str) -> str:
    """Return a name in small ASCII letters, normalized; empty when it holds others, as of another script."""
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    phrase = normalize("".join(sign for sign in letters if not unicodedata.combining(sign)))
    return phrase if _PLAIN.match(phrase) else ""


def collect(make: Callable[[], str], count: int, taken: Collection[str], most_words: int = MOST_WORDS) -> list[str]:
    """Return `count` phrases in the order drawn, none twice, none in `taken`, none longer than `most_words`.

    Raises ValueError when `make` hardly draws new ones any more.
    """
    found: dict[str, None] = {}
    missed = 0
    while len(found) < count:
        phrase = plain(make())
        if phrase and phrase not in found and phrase not in taken and len(phrase.split()) <= most_words:
            found[phrase] = None
            missed = 0
        else:
            missed += 1
            if missed > _PATIENCE:
                raise ValueError(f"only {len(found)} of {count} phrases, the last one drawn: {phrase!r}")
    return list(found)


def say_digits(digits: str, rng: random.Random) -> str:
    """Return digits said one by one: "five oh two", "five zero two", "double five two"."""
    zero = rng.choice(("oh", "zero"))
    doubles = rng.random() < 0.15
    said, at = [], 0
    while at < len(digits):
        word = zero if digits[at] == "0" else _ENGLISH[int(digits[at])]
        twice = doubles and digits[at : at + 2] == digits[at] * 2
        said.append(f"double {word}" if twice else word)
        at += 2 if twice else 1
    return " ".join(said)


def say_house_number(number: int) -> str:
    """Return a number of 1 to 9999 as in an address: "twelve", "four oh seven", "twelve thirty four"."""
    high, low = divmod(number, 100)
    if not high:
        return say_number(number)
    if not low:
        return f"{say_number(high)} hundred" if high % 10 else say_number(number)
    return f"{say_number(high)} {'oh ' if low < 10 else ''}{say_number(low)}"
