"""Typing slips in samples of training text. What a sample asks for stays what it was, and can still be written.

Fingers never hit numbers and what stands beside them, and no slip makes a word that commands are made of, so that
"unlock" never becomes "lock". Words that an open slot copies are mistyped now and then; the slot then holds what was
typed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from cabin.catalog.lists import phrases_for
from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog
from cabin.slm import keystrokes
from cabin.slm.edits import edit
from cabin.slm.free_words import Change, FreeWords, Words, numbers_in
from cabin.slm.misspellings import misspellings

__all__ = ["DIRECTIONS", "KINDS", "Typist"]

DIRECTIONS = frozenset(
    (
        *("on", "off", "up", "down", "in", "out", "open", "opened", "close", "closed", "shut", "lock", "unlock"),
        *("left", "right", "front", "rear", "back", "raise", "lower", "higher", "warmer", "cooler", "hotter", "colder"),
        *("louder", "quieter", "faster", "slower", "brighter", "darker", "max", "min", "mute", "unmute", "fold"),
        *("unfold", "start", "stop", "enable", "disable", "activate", "deactivate", "increase", "decrease", "more"),
        *("less", "yes", "no", "not", "engage", "disengage"),
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


class Typist:
    """Mistypes samples of a catalog that was loaded with its sentences."""

    def __init__(self, catalog: Catalog) -> None:
        self._known = _command_words(catalog) | DIRECTIONS
        self._free_words = FreeWords(catalog)

    def mistype(self, sample: Sample, rng: random.Random) -> Sample:
        """Return the sample with a slip, one in three times with two in two places; as it is where no slip fits."""
        slipped, place = self._slip(sample, rng, (0, 0))
        if rng.random() < _TWICE and sample.text.count(" ") >= _ROOM_FOR_TWO:
            slipped, _ = self._slip(slipped, rng, place)
        return slipped

    def _slip(self, sample: Sample, rng: random.Random, spared: tuple[int, int]) -> tuple[Sample, tuple[int, int]]:
        """Return the sample with a slip outside the characters `spared`, and the place of the slip."""
        words = self._free_words.of(sample, spared)
        numbers = numbers_in(sample.text)
        names = self._free_words.names(sample)
        may_count = not numbers and not self._free_words.may_count(sample)
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
            if after.text.strip() and (numbers_in(after.text) == numbers or (kind in misspellings() and may_count)):
                return after, (made.start, made.start + len(made.words))
        return sample, spared

    def _make(self, kind: str, words: Words, rng: random.Random) -> Change | None:
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

    def _joined(self, words: Words, at: int) -> Change | None:
        if at + 1 not in words.free:
            return None
        both = words.words[at] + words.words[at + 1]
        return None if both in self._known else words.at(at, at + 1, both)

    def _in_name(self, text: str, span: tuple[int, int], kind: str, rng: random.Random) -> Change | None:
        start, name = span[0], text[span[0] : span[1]]
        words = name.split(" ")
        at = int(rng.random() * len(words))
        typed = self._typed(kind, words[at], rng) if kind != "parted" else None
        if typed is None:
            return None
        start += sum(len(word) + 1 for word in words[:at])
        return Change(start, start + len(words[at]), typed)


def _dropped(words: Words, rng: random.Random) -> Change | None:
    # no "c on" of "a c on"
    small = [at for at in words.free if words.words[at] in _SMALL and len("".join(words.words[at + 1 : at + 2])) != 1]
    if not small or len(words.words) < 3:
        return None
    at = small[int(rng.random() * len(small))]
    if at + 1 < len(words.words):
        return Change(words.starts[at], words.starts[at + 1], "")
    return Change(words.starts[at] - 1, words.starts[at] + len(words.words[at]), "")


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
