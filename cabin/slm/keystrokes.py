"""Slips of one word as fingers and ears make them: a letter lost, doubled, beside the right one, spelled as it sounds.

Each takes a word of small letters and a source of randomness, and returns what is typed, or the word itself where the
slip has no place in it.
"""

from __future__ import annotations

import random

__all__ = ["doubled", "lost", "neighbour", "parted", "sounded", "swapped", "vowel"]

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
"""QWERTY: each row and how far, in keys, it stands to the right of the first."""
_KEYS = {key: (left + at, row) for row, (keys, left) in enumerate(_ROWS) for at, key in enumerate(keys)}
_BESIDE = {
    key: "".join(k for k, (a, b) in _KEYS.items() if k != key and abs(a - x) <= 1 and abs(b - y) <= 1)
    for key, (x, y) in _KEYS.items()
}
_VOWELS = "aeiou"
_SPELLINGS = (
    ("ight", "ite"), ("igh", "ie"), ("tion", "shun"), ("ough", "uff"), ("tch", "ch"), ("que", "k"), ("dge", "ge"),
    ("ph", "f"), ("ck", "k"), ("wh", "w"), ("kn", "n"), ("wr", "r"), ("mb", "m"), ("qu", "kw"), ("gh", "g"),
    ("ie", "ei"), ("ei", "ie"), ("ea", "ee"), ("ee", "ea"), ("oo", "u"), ("ou", "ow"), ("ow", "ou"), ("ai", "ay"),
    ("ay", "ai"), ("oa", "o"), ("au", "aw"), ("ew", "oo"), ("er", "or"), ("er", "ar"), ("or", "er"), ("ar", "er"),
    ("le", "el"), ("ce", "se"), ("ci", "si"), ("se", "ze"), ("ge", "j"), ("sc", "s"), ("ful", "full"), ("ks", "x"),
    ("x", "ks"), ("ca", "ka"), ("co", "ko"), ("cl", "kl"), ("cr", "kr"), ("ant", "ent"), ("ent", "ant"),
)  # fmt: skip
"""Letters and others that sound like them in some English word."""


def lost(word: str, rng: random.Random) -> str:
    """Leave out a letter that is not the first."""
    at = 1 + int(rng.random() * (len(word) - 1))
    return word[:at] + word[at + 1 :]


def doubled(word: str, rng: random.Random) -> str:
    """Type a letter twice."""
    at = int(rng.random() * len(word))
    return word[:at] + word[at] + word[at:]


def swapped(word: str, rng: random.Random) -> str:
    """Type two letters in each other's place."""
    places = [at for at in range(len(word) - 1) if word[at] != word[at + 1]]
    if not places:
        return word
    at = places[int(rng.random() * len(places))]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def neighbour(word: str, rng: random.Random) -> str:
    """Hit the key beside the right one, now and then both."""
    at = int(rng.random() * len(word))
    beside = _BESIDE.get(word[at])
    if beside is None:
        return word
    wrong = beside[int(rng.random() * len(beside))]
    return word[:at] + wrong + word[at + (rng.random() < 0.75) :]


def vowel(word: str, rng: random.Random) -> str:
    """Write another vowel."""
    places = [at for at, letter in enumerate(word) if letter in _VOWELS]
    if not places:
        return word
    at = places[int(rng.random() * len(places))]
    others = _VOWELS.replace(word[at], "")
    return word[:at] + others[int(rng.random() * len(others))] + word[at + 1 :]


def sounded(word: str, rng: random.Random) -> str:
    """Write some letters as they sound."""
    fitting = [(letters, sound) for letters, sound in _SPELLINGS if letters in word]
    if not fitting:
        return word
    letters, sound = fitting[int(rng.random() * len(fitting))]
    return word.replace(letters, sound, 1)


def parted(word: str, rng: random.Random) -> str:
    """Part a word by a space, two letters at least on both sides."""
    if len(word) < 4:
        return word
    at = 2 + int(rng.random() * (len(word) - 3))
    return f"{word[:at]} {word[at:]}"
