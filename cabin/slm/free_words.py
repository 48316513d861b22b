"""The words of a sample that can be changed without changing what it asks for: none that a slot copies, no numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog
from cabin.slm.numbers import find_numbers
from cabin.slm.text import normalize
from cabin.slm.vocabulary import POSSESSIVE

__all__ = ["Change", "FreeWords", "Words", "numbers_in"]

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Change:
    """Words to put in the place of some characters."""

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Words:
    """The words of a text."""

    words: list[str]
    starts: list[int]
    """Character at which each begins."""
    free: list[int]
    """Indexes of those that may be changed, in order."""

    def at(self, first: int, last: int, words: str) -> Change:
        """Return the change of the words `first` to `last`, both counted in."""
        return Change(self.starts[first], self.starts[last] + len(self.words[last]), words)


class FreeWords:
    """Finds them in samples of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        slots = [(name, slot) for name, intent in catalog.intents.items() for slot in intent.slots.values()]
        self._open = {(name, slot.name) for name, slot in slots if slot.kind == "open"}
        self._counting = {name for name, slot in slots if slot.kind == "number"}

    def of(self, sample: Sample, spared: tuple[int, int] = (0, 0)) -> Words:
        """Return the sample's words; `spared`: characters whose words are not free either."""
        text = sample.text
        words = text.split(" ")
        starts, place = [], 0
        for word in words:
            starts.append(place)
            place += len(word) + 1
        kept = _counted(words) | _within(words, starts, spared)
        for call in sample.calls:
            for name, value in call.slots.items():
                if name in call.spans:
                    kept |= _within(words, starts, call.spans[name])
                elif (call.intent, name) in self._open and (found := f" {text} ".find(f" {value} ")) >= 0:
                    kept |= _within(words, starts, (found, found + len(str(value))))
        return Words(words, starts, [at for at, word in enumerate(words) if word and at not in kept])

    def names(self, sample: Sample) -> list[tuple[int, int]]:
        """Return the characters that open slots copy."""
        return [call.spans[n] for call in sample.calls for n in call.spans if (call.intent, n) in self._open]

    def may_count(self, sample: Sample) -> bool:
        """Return whether a call of the sample can take a number, so that one more in the text would mean something."""
        return any(call.intent in self._counting for call in sample.calls)


def numbers_in(text: str) -> list[tuple[float, str | None]]:
    """Return (value, unit) of the numbers of a text as the parser will find them."""
    words = POSSESSIVE.sub(r"\1 's", normalize(text)).split()
    return [(number.value, number.unit) for number in find_numbers(words)]


def _counted(words: Sequence[str]) -> set[int]:
    """Return the places of numbers and their units, and of the words before and after."""
    kept: set[int] = set()
    for number in find_numbers([word or " " for word in words]):
        kept.update(range(number.start - 1, number.unit_end + 1))
    for at, word in enumerate(words):
        if _DIGIT.search(word):
            kept.update(range(at - 1, at + 2))
    return kept


def _within(words: Sequence[str], starts: Sequence[int], span: tuple[int, int]) -> set[int]:
    return {at for at, word in enumerate(words) if span[0] < starts[at] + len(word) and starts[at] < span[1]}
