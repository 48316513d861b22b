"""One spelling for everything that people type and recognizers write, so that the model sees few forms.

Lower case, words parted by one space, no punctuation but apostrophes and the point inside a number; "%" and the degree
sign become words. The same function prepares training text and what is parsed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["MAX_CHARACTERS", "Spelling", "normalize", "spell", "words_of"]

MAX_CHARACTERS = 400
"""Longer texts are no utterance: at 3 words a second this is about 25 s of speech."""

_SYMBOLS = {
    "%": ("percent",),
    "°c": ("degrees", "celsius"),
    "°f": ("degrees", "fahrenheit"),
    "°": ("degrees",),
    "&": ("and",),
    "+": ("plus",),
    "-": ("minus",),
    "\u2013": ("minus",),
}
_BEFORE_FOLDING = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "−": "-"})
"""Unicode's compatibility folding (NFKC) would make "22½" the number 221 and lose a minus sign."""
_DEGREE_TYPED = re.compile(r"(?<=\d)(\s?)[º˚]")
"""The ordinal sign and the ring stand for the degree sign behind a number: "22ºc"."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": " ", "”": " "})
_FRACTIONS = {
    "1/2": ("half", ".5"),
    "1/4": ("quarter", ".25"),
    "3/4": ("three quarters", ".75"),
    "1/3": ("one third", ".33"),
    "2/3": ("two thirds", ".67"),
}
"""Typed fraction -> how it is said alone, and what it is behind a whole number ("22 1/2")."""
_KEPT = re.compile(
    "°[cf](?!\\w)|[%°&+]|(?<!\\w)[-\u2013](?=\\.?\\d)"
    r"|(?<![\d/.,])(?:\d+[ -])?(?:[13]/4|[12]/3|1/2)(?![\d/]|[.,]\d)"
    r"|\d+ \.\d+(?![\d.])|(?<![\w.,])\.\d+(?![\d.])"
    r"|\d+(?:s|st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*'?|'[^\W\d_]+"
)
_THOUSANDS = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^\d{2,3},\d$")
"""22,5 as much of Europe writes it; "3,5" may be the third and the fifth of something and stays two numbers."""
_DECIMAL_COMMA_BEFORE_UNIT = re.compile(r"\d,\d(?=\s?(?:[°%]|(?:degrees?|percent|celsius|fahrenheit)\b))")
"""But "3,5 degrees" is one."""


@dataclass(frozen=True)
class Spelling:
    """A text in the one spelling, and where each word of it stands in what was said."""

    said: str
    """The text in lower case, otherwise as it was."""
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    """(start, end) in `said` of each word; words that came of one piece share it."""


def spell(text: str) -> Spelling:
    """Return `text` in the one spelling; without words when none is in it (emoji, punctuation)."""
    marked = _DEGREE_TYPED.sub(r"\1°", text.translate(_BEFORE_FOLDING))
    said = unicodedata.normalize("NFKC", marked).lower().translate(_QUOTES)
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for found in _KEPT.finditer(said):
        is_decimal = _DECIMAL_COMMA_BEFORE_UNIT.match(said, found.start())
        spelled = _words(found.group().replace(",", ".") if is_decimal else found.group())
        words += spelled
        places += [found.span()] * len(spelled)
    return Spelling(said, tuple(words), tuple(places))


def _words(piece: str) -> tuple[str, ...]:
    if piece in _SYMBOLS:
        return _SYMBOLS[piece]
    if piece[-3:] in _FRACTIONS:
        alone, behind = _FRACTIONS[piece[-3:]]
        return (piece[:-4] + behind,) if piece[:-4] else tuple(alone.split())
    if piece[-1].isdigit() and (piece[0].isdigit() or piece[0] == "."):
        return _digits(piece)
    if piece.endswith("'") and not piece.endswith("s'"):
        return (piece[:-1],)
    return (piece,)


def _digits(piece: str) -> tuple[str, ...]:
    """Return typed digits as one number, or as several where commas part them."""
    if " ." in piece or piece.startswith("."):  # "22 .5" as recognizers write it, ".5"
        return (piece.replace(" ", "") if piece[0] != "." else f"0{piece}",)
    if _THOUSANDS.match(piece):
        return (piece.replace(",", ""),)
    return (piece.replace(",", "."),) if _DECIMAL_COMMA.match(piece) else tuple(piece.split(","))


def normalize(text: str) -> str:
    """Return `text` in the one spelling, its words parted by one space."""
    return " ".join(spell(text).words)


def words_of(text: str) -> list[str]:
    """Return the words of a normalized text."""
    return text.split()
