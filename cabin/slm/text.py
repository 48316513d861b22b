"""One spelling for everything that people type and recognizers write, so that the model sees few forms.

Lower case, words parted by one space, no punctuation but apostrophes and the point inside a number; "%" and the degree
sign become words. The same function prepares training text and what is parsed.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["MAX_CHARACTERS", "normalize", "words_of"]

MAX_CHARACTERS = 400
"""Longer texts are no utterance: at 3 words a second this is about 25 s of speech."""

_SYMBOLS = {
    "%": " percent ",
    "°c": " degrees celsius ",
    "°f": " degrees fahrenheit ",
    "°": " degrees ",
    "&": " and ",
    "+": " plus ",
}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": " ", "”": " "})
_KEPT = re.compile(r"(?<!\w)-(?=\d)|\d+(?:s|st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*'?|'[^\W\d_]+")
_THOUSANDS = re.compile(r"^\d{1,3}(?:,\d{3})+$")


def normalize(text: str) -> str:
    """Return `text` in the one spelling; the empty string when no word is in it (emoji, punctuation)."""
    text = unicodedata.normalize("NFKC", text.replace("°", "\0")).replace("\0", "°").lower().translate(_QUOTES)
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    found = []
    for piece in _KEPT.findall(text):
        word = piece
        if word == "-":
            word = "minus"
        elif word[0].isdigit() and word[-1].isdigit():
            word = word.replace(",", "") if _THOUSANDS.match(word) else word.replace(",", " ")
        elif word.endswith("'") and not word.endswith("s'"):
            word = word[:-1]
        found.append(word)
    return " ".join(found)


def words_of(text: str) -> list[str]:
    """Return the words of a normalized text."""
    return text.split()
