"""Recognized text as the rest of cabin wants it: lower case, words and numbers, no punctuation but apostrophes.

Numbers stay as heard: "22.5" keeps its point, "50%" becomes "50 percent", "1,000" becomes "1000", "7:30" becomes "7
30".
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["normalize"]

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u2018\u2019\u02bc`]", "'"),
        (r"(?<=\d),(?=\d{3}\b)", ""),
        (r"[$](\d+(?:\.\d+)?)", r"\1 dollars"),
        (r"%", " percent"),
        (r"\u00b0\s*c\b", " degrees celsius"),
        (r"\u00b0\s*f\b", " degrees fahrenheit"),
        (r"\u00b0", " degrees"),
        (r"&", " and "),
        (r"(?<![\w.])[-\u2212](?=\d)", " minus "),
        (r"\b([a-z])\.(?=[a-z]\b)", r"\1"),  # p.m. and u.s. are one word
        (r"(?<=\d)\.(?=\d)", "\0"),  # a decimal point is kept aside
        (r"(?<=\w)'(?=\w)", "\1"),  # and so is an apostrophe inside a word
        (r"(?<=s)'(?=\s\w)", "\1"),  # and that of "drivers' window"
        (r"[^\w\0\1]|_", " "),
        ("\0", "."),
        ("\1", "'"),
        (r"\s+", " "),
    )
)


def normalize(text: str) -> str:
    """Return the text with its spelling evened out; normalizing twice changes nothing more."""
    text = unicodedata.normalize("NFKC", text.replace("\0", " ").replace("\1", " ")).lower()
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip()
