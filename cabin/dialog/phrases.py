"""Whole sentences found in a table, with at most one number and one place in them.

Templates are written out in full once; a text is then looked up with its number put as {value} and its place as
{position}. A lookup takes microseconds, so it can stand before the intent model for every utterance.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cabin.slm.numbers import find_numbers

__all__ = ["MAX_EXPANSIONS", "Found", "PhraseTable", "expansions"]

Meaning = TypeVar("Meaning")

MAX_EXPANSIONS = 5_000
"""A template that can say more is left out: it is none of a short sentence."""

_PIECES = re.compile(r"[()\[\]|]|[^()\[\]|]+")
_CLOSING = {"(": ")", "[": "]"}

_MAX_WORDS = 14
"""Longer texts are no short sentence and are not looked up."""


@dataclass(frozen=True)
class Found(Generic[Meaning]):
    """A sentence of the table."""

    meaning: Meaning
    value: float | None = None
    unit: str | None = None
    position: str | None = None


class PhraseTable(Generic[Meaning]):
    """Sentences and what they mean. The first meaning of a sentence counts."""

    def __init__(self, positions: Mapping[str, str] | None = None) -> None:
        """`positions`: words of a place -> the value of slot position."""
        self._meanings: dict[str, Meaning] = {}
        self._positions = positions or {}
        self._longest = max((phrase.count(" ") + 1 for phrase in self._positions), default=0)

    def __len__(self) -> int:
        return len(self._meanings)

    def add(self, template: str, meaning: Meaning) -> None:
        """Add all that a template can say; {lists} stay as they are written. Raises ValueError."""
        for text in expansions(template):
            self._meanings.setdefault(text, meaning)

    def find(self, words: Sequence[str]) -> Found[Meaning] | None:
        """Return what normalized words mean, or None. Read as said first, then with a number, a place, or both."""
        if not words or len(words) > _MAX_WORDS:
            return None
        numbers = [None, *find_numbers(words)]
        places: list[tuple[int, int, str] | None] = [None, *self._places(words)]
        for place, number in itertools.product(places, numbers):
            spans: list[tuple[int, int, str]] = []
            if number is not None:
                spans.append((number.start, max(number.end, number.unit_end), "{value}"))
            if place is not None:
                spans.append((place[0], place[1], "{position}"))
            spans.sort()
            if len(spans) == 2 and spans[0][1] > spans[1][0]:
                continue
            meaning = self._meanings.get(_replaced(words, spans))
            if meaning is not None:
                return Found(
                    meaning,
                    None if number is None else number.value,
                    None if number is None else number.unit,
                    None if place is None else place[2],
                )
        return None

    def _places(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, value) of every place named, the longest first."""
        for length in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                value = self._positions.get(" ".join(words[start : start + length]))
                if value is not None:
                    yield start, start + length, value


def expansions(template: str) -> list[str]:
    """Return every text that a template can say, references as they are written; none when there are too many.

    Of hassil's language what catalogs use: (a|b), [optional], {list}. hassil itself is not asked, because importing it
    takes longer than all else that `cabin say` does; a test holds that both say the same. Raises ValueError for a
    bracket that is not closed.
    """
    pieces = _PIECES.findall(template)
    try:
        texts, end = _alternatives(pieces, 0)
    except OverflowError:
        return []
    if end < len(pieces):
        raise ValueError(f"a bracket too many: {template!r}")
    return [text for text in dict.fromkeys(" ".join(text.split()) for text in texts) if text]


def _alternatives(pieces: Sequence[str], at: int) -> tuple[list[str], int]:
    """Return the texts of a part between brackets, and where it ends. Raises OverflowError past MAX_EXPANSIONS."""
    done: list[str] = []
    texts = [""]
    while at < len(pieces) and pieces[at] not in (")", "]"):
        piece = pieces[at]
        at += 1
        if piece == "|":
            done, texts = done + texts, [""]
            continue
        if piece in ("(", "["):
            inner, at = _alternatives(pieces, at)
            if pieces[at : at + 1] != [_CLOSING[piece]]:
                raise ValueError(f"no {_CLOSING[piece]!r} in {' '.join(pieces)!r}")
            at += 1
            inner = [*inner, ""] if piece == "[" else inner
        else:
            inner = [piece]
        if len(texts) * len(inner) + len(done) > MAX_EXPANSIONS:
            raise OverflowError
        texts = [text + more for text in texts for more in inner]
    return done + texts, at


def _replaced(words: Sequence[str], spans: Sequence[tuple[int, int, str]]) -> str:
    out, at = [], 0
    for start, end, mark in spans:
        out += [*words[at:start], mark]
        at = end
    return " ".join([*out, *words[at:]])
