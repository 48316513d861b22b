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
}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": " ", "”": " "})
_KEPT = re.compile(
    r"°c|°f|[%°&+]|(?<!\w)-(?=\d)|\d+(?:s|st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*'?|'[^\W\d_]+"
)
_THOUSANDS = re.compile(r"^\d{1,3}(?:,\d{3})+$")


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
    said = unicodedata.normalize("NFKC", text).lower().translate(_QUOTES)
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for found in _KEPT.finditer(said):
        spelled = _words(found.group())
        words += spelled
        places += [found.span()] * len(spelled)
    return Spelling(said, tuple(words), tuple(places))


def _words(piece: str) -> tuple[str, ...]:
    if piece in _SYMBOLS:
        return _SYMBOLS[piece]
    if piece[0].isdigit() and piece[-1].isdigit():
        return (piece.replace(",", ""),) if _THOUSANDS.match(piece) else tuple(piece.split(","))
    if piece.endswith("'") and not piece.endswith("s'"):
        return (piece[:-1],)
    return (piece,)


def normalize(text: str) -> str:
    """Return `text` in the one spelling, its words parted by one space."""
    return " ".join(spell(text).words)


def words_of(text: str) -> list[str]:
    """Return the words of a normalized text."""
    return text.split()
