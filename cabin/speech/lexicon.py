"""How words are written that were said: digits for numbers, shortened words, and what recognizers are known to mishear.

A spelling has a cost in natural logarithms: none where only the writing differs, more where something else was heard.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabin.slm.misheard import misheard
from cabin.slm.number_words import NAMES, ORDINALS

__all__ = ["Lexicon", "Spelling", "load_fillers", "load_lexicon"]

_MISHEARD_COST = 3.0
"""For a mishearing met once; each time more it was met makes it likelier. A word of the car's own that is heard right
costs nothing, so a mishearing wins only where the sound speaks for it."""
_CHEAPEST_MISHEARD = 1.5
_ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class Spelling:
    """One way to write a word, or two words in a row."""

    text: str
    """Normalized; may hold a space."""
    cost: float = 0.0
    """Natural logarithm, 0 or more: how much less likely than the word itself."""


@dataclass(frozen=True)
class Lexicon:
    """Spellings of words, and phrases around sentences."""

    spellings: Mapping[str, tuple[Spelling, ...]] = field(default_factory=dict)
    """One or two words -> other ways to write them."""
    before: tuple[str, ...] = ()
    """What may be said before a sentence."""
    after: tuple[str, ...] = ()
    """What may be said after a sentence."""

    def cores(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words without what is said around an order, the longest first; all of them come first of all."""
        starts, ends = self._edges(words, self.before, 1), self._edges(words, self.after, -1)
        cuts = sorted({(start, end) for start in starts for end in ends if start + end < len(words)}, key=sum)
        for start, end in cuts:
            yield tuple(words[start : len(words) - end])

    def core(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words without all that is said around an order; never without all words."""
        return list(self.cores(words))[-1] if words else ()

    @staticmethod
    def _edges(words: Sequence[str], phrases: Sequence[str], step: int) -> set[int]:
        """Return how many words can be cut at one end: phrases in a row, the beginning for step 1, the end for -1."""
        row = list(words)[::step]
        reached, waiting = {0}, [0]
        while waiting:
            at = waiting.pop()
            for phrase in phrases:
                cut = phrase.split()[::step]
                after = at + len(cut)
                if row[at:after] == cut and after not in reached:
                    reached.add(after)
                    waiting.append(after)
        return reached


@cache
def load_fillers() -> Lexicon:
    """Return what is said around orders, without any spellings: a small file, quickly read."""
    written = _written()
    return Lexicon(before=tuple(written["before"]), after=tuple(written["after"]))


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with cabin: numbers, lexicon.yaml and cabin.slm.misheard."""
    written = _written()
    found: dict[str, dict[str, float]] = {}

    def add(said: str, text: str, cost: float) -> None:
        if text != said:
            costs = found.setdefault(said, {})
            costs[text] = min(cost, costs.get(text, cost))

    for said, text in _digits().items():
        add(said, text, 0.0)
    for said, texts in written["spellings"].items():
        for text in texts:
            add(said, text, 0.0)
    for said, rows in misheard().items():
        for text, count in rows:
            add(said, text, max(_CHEAPEST_MISHEARD, _MISHEARD_COST - math.log(count)))
    spellings = {said: tuple(Spelling(text, cost) for text, cost in costs.items()) for said, costs in found.items()}
    return Lexicon(spellings, tuple(written["before"]), tuple(written["after"]))


def _written() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("cabin.speech").joinpath("lexicon.yaml").read_text(encoding="utf-8"))
    return loaded


def _digits() -> dict[str, str]:
    """Return number words -> digits: of one word, of tens and ones, and of ordinals."""
    found = {word: str(value) for value, word in NAMES.items()}
    found |= {f"{NAMES[tens]} {NAMES[ones]}": str(tens + ones) for tens in range(20, 100, 10) for ones in range(1, 10)}
    found |= {word: f"{value}{_ORDINAL_ENDINGS.get(value, 'th')}" for word, value in ORDINALS.items()}
    return found
