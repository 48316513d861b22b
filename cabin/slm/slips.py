"""Typing slips in samples of training text. What a sample asks for stays what it was, and can still be written.

Fingers never hit numbers and what stands beside them, and no slip makes a word that commands are made of, so that
"unlock" never becomes "lock". Words that an open slot copies are mistyped now and then; the slot then holds what was
typed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cabin.catalog.lists import phrases_for
from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog
from cabin.slm import keystrokes
from cabin.slm.edits import edit
from cabin.slm.misspellings import misspellings
from cabin.slm.numbers import find_numbers
from cabin.slm.text import normalize
from cabin.slm.vocabulary import POSSESSIVE

__all__ = ["DIRECTIONS", "KINDS", "Typist"]

DIRECTIONS = frozenset(
    (
        *("on", "off", "up", "down", "in", "out", "open", "opened", "close", "closed", "shut", "lock", "unlock"),
        *("left", "right", "front", "rear", "back", "raise", "lower", "higher", "warmer", "cooler", "hotter", "colder"),
        *("louder", "quieter", "faster", "slower", "brighter", "darker", "max", "min", "mute", "unmute", "fold"),
        *("unfold", "start", "stop", "enable", "disable", "activate", "deactivate", "increase", "decrease", "more"),
        *("less", "yes", "no", "not"),
    )
)
"""Words that turn a command around; no slip makes one, whatever the catalog's own words are."""

KINDS = {
    "lost": 0.13,
    "swapped": 0.13,
    "neighbour": 0.12,
    "spelled": 0.13,
    "sounds_alike": 0.08,
    "short": 0.08,
    "vowel": 0.07,
    "sounded": 0.07,
    "doubled": 0.05,
    "dropped": 0.06,
    "joined": 0.04,
    "parted": 0.02,
    "repeated": 0.02,
}
"""Kind of slip -> how often it is tried first."""
_TWICE = 0.42
_ROOM_FOR_TWO = 3
"""Spaces; in "max" or "lights on" two slips leave nothing to go by."""
_IN_A_NAME = 0.5
"""How often fingers slip in a name that a slot copies, where there is one."""
_TRIES = 8
_FINGERS: dict[str, Callable[[str, random.Random], str]] = {
    "lost": keystrokes.lost,
    "swapped": keystrokes.swapped,
    "neighbour": keystrokes.neighbour,
    "vowel": keystrokes.vowel,
    "sounded": keystrokes.sounded,
    "doubled": keystrokes.doubled,
    "parted": keystrokes.parted,
}
_SHORTEST = 3
"""Letters; in "on", "up" and "to" a slip leaves nothing to go by."""
_SMALL = frozenset(("the", "a", "an", "to", "please", "my"))
_WORD = re.compile(r"[a-z']+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class _Words:
    """The words of a text, where they stand, and in which of them fingers may slip."""

    words: list[str]
    starts: list[int]
    free: list[int]

    def at(self, first: int, last: int, words: str) -> _Edit:
        return _Edit(self.starts[first], self.starts[last] + len(self.words[last]), words)


class Typist:
    """Mistypes samples of a catalog that was loaded with its sentences."""

    def __init__(self, catalog: Catalog) -> None:
        self._known = _command_words(catalog) | DIRECTIONS
        slots = [(name, slot) for name, intent in catalog.intents.items() for slot in intent.slots.values()]
        self._open = {(name, slot.name) for name, slot in slots if slot.kind == "open"}
        self._counting = {name for name, slot in slots if slot.kind == "number"}

    def mistype(self, sample: Sample, rng: random.Random) -> Sample:
        """Return the sample with a slip, one in three times with two in two places; as it is where no slip fits."""
        slipped, place = self._slip(sample, rng, (0, 0))
        if rng.random() < _TWICE and sample.text.count(" ") >= _ROOM_FOR_TWO:
            slipped, _ = self._slip(slipped, rng, place)
        return slipped

    def _slip(self, sample: Sample, rng: random.Random, spared: tuple[int, int]) -> tuple[Sample, tuple[int, int]]:
        """Return the sample with a slip outside the characters `spared`, and the place of the slip."""
        words = self._words(sample, spared)
        numbers = _numbers(sample.text)
        names = [call.spans[n] for call in sample.calls for n in call.spans if (call.intent, n) in self._open]
        may_count = not numbers and not any(call.intent in self._counting for call in sample.calls)
        for _ in range(_TRIES):
            kind = _KIND_NAMES[_first_above(rng.random())]
            if names and kind in _FINGERS and rng.random() < _IN_A_NAME:
                made = self._in_name(sample.text, names[int(rng.random() * len(names))], kind, rng)
                made = None if made and made.start < spared[1] and spared[0] < made.end else made
            else:
                made = self._make(kind, words, rng)
            if made is None:
                continue
            after = edit(sample, made.start, made.end, made.words)
            # "two" for "to" is typed, but only where nothing can be set to 2
            if after.text.strip() and (_numbers(after.text) == numbers or (kind in misspellings() and may_count)):
                return after, (made.start, made.start + len(made.words))
        return sample, spared

    def _make(self, kind: str, words: _Words, rng: random.Random) -> _Edit | None:
        """Return a slip of a kind; None where it does not fit, often by chance."""
        free = words.free
        if not free:
            return None
        if kind in _FINGERS:
            at = free[int(rng.random() * len(free))]
            typed = self._typed(kind, words.words[at], rng)
            return words.at(at, at, typed) if typed else None
        if kind == "dropped":
            return _dropped(words, rng)
        at = free[int(rng.random() * len(free))]
        if kind == "joined":
            return self._joined(words, at)
        if kind == "repeated":
            return words.at(at, at, f"{words.words[at]} {words.words[at]}")
        table = misspellings()[kind]
        listed = [place for place in free if words.words[place] in table]
        if not listed:
            return None
        at = listed[int(rng.random() * len(listed))]
        variants = table[words.words[at]]
        return words.at(at, at, variants[int(rng.random() * len(variants))])

    def _typed(self, kind: str, word: str, rng: random.Random) -> str | None:
        if len(word) < _SHORTEST or not word.isalpha():
            return None
        typed = _FINGERS[kind](word, rng)
        return None if typed == word or any(part in self._known for part in typed.split()) else typed

    def _joined(self, words: _Words, at: int) -> _Edit | None:
        if at + 1 not in words.free:
            return None
        both = words.words[at] + words.words[at + 1]
        return None if both in self._known else words.at(at, at + 1, both)

    def _in_name(self, text: str, span: tuple[int, int], kind: str, rng: random.Random) -> _Edit | None:
        start, name = span[0], text[span[0] : span[1]]
        words = name.split(" ")
        at = int(rng.random() * len(words))
        typed = self._typed(kind, words[at], rng) if kind != "parted" else None
        if typed is None:
            return None
        start += sum(len(word) + 1 for word in words[:at])
        return _Edit(start, start + len(words[at]), typed)

    def _words(self, sample: Sample, spared: tuple[int, int]) -> _Words:
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
        return _Words(words, starts, [at for at, word in enumerate(words) if word and at not in kept])


def _dropped(words: _Words, rng: random.Random) -> _Edit | None:
    # no "c on" of "a c on"
    small = [at for at in words.free if words.words[at] in _SMALL and len("".join(words.words[at + 1 : at + 2])) != 1]
    if not small or len(words.words) < 3:
        return None
    at = small[int(rng.random() * len(small))]
    if at + 1 < len(words.words):
        return _Edit(words.starts[at], words.starts[at + 1], "")
    return _Edit(words.starts[at] - 1, words.starts[at] + len(words.words[at]), "")


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


def _numbers(text: str) -> list[tuple[float, str | None]]:
    words = POSSESSIVE.sub(r"\1 's", normalize(text)).split()
    return [(number.value, number.unit) for number in find_numbers(words)]


def _command_words(catalog: Catalog) -> frozenset[str]:
    """Return the words of commands: of their patterns, and of what their choices are called."""
    words: set[str] = set()
    for intent in catalog.intents.values():
        for group in intent.sentences:
            words.update(_WORD.findall(" ".join(group.templates)))
        for slot in intent.slots.values():
            if slot.kind == "choice":
                for word_list in (None, *(item for item in catalog.lists.values() if item.slot == slot.name)):
                    words.update(_WORD.findall(" ".join(phrases_for(slot, word_list))))
    for item in catalog.combinations:
        words.update(_WORD.findall(" ".join(item.templates)))
    return frozenset(words)


_KIND_NAMES = tuple(KINDS)


def _first_above(draw: float) -> int:
    """Return the index of the kind that a number in [0, 1) falls on."""
    for at, share in enumerate(KINDS.values()):
        draw -= share
        if draw < 0:
            return at
    return len(KINDS) - 1
