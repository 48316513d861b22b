"""How English words sound, from their spelling alone, and how far two sounds lie apart.

Coarse on purpose: what recognizers confuse lies near ("car", "kar", "core"), what people tell apart does not. Spelling
is read by rules, longest first, with a few irregular words; a pronouncing dictionary would weigh megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

__all__ = ["distance", "phones"]

_IRREGULAR = {
    "a": "@",
    "are": "ar",
    "because": "bikoz",
    "come": "kam",
    "do": "du",
    "does": "daz",
    "eye": "Y",
    "friday": "frYdE",
    "friend": "frend",
    "great": "grEt",
    "have": "hAv",
    "hello": "helo",
    "hey": "hE",
    "hi": "hY",
    "here": "hir",
    "i": "Y",
    "key": "ki",
    "know": "no",
    "of": "av",
    "off": "of",
    "oh": "o",
    "okay": "okE",
    "ok": "okE",
    "one": "wan",
    "people": "pipl",
    "pretty": "priti",
    "said": "sed",
    "says": "sez",
    "some": "sam",
    "the": "D@",
    "there": "Der",
    "they": "DE",
    "to": "tu",
    "today": "tudE",
    "two": "tu",
    "was": "waz",
    "were": "wer",
    "what": "wat",
    "who": "hu",
    "you": "yu",
    "your": "yor",
}

_RULES = {
    "tion": "San",
    "sion": "Zan",
    "ough": "of",
    "augh": "o",
    "eigh": "E",
    "igh": "Y",
    "tch": "C",
    "sch": "sk",
    "dge": "J",
    "air": "er",
    "are$": "er",
    "ear": "ir",
    "eer": "ir",
    "our": "or",
    "oor": "or",
    "ore": "or",
    "oar": "or",
    "arr": "ar",
    "err": "er",
    "ire": "Yr",
    "ure": "ur",
    "ar": "ar",
    "er": "er",
    "ir": "er",
    "or": "or",
    "ur": "er",
    "ai": "E",
    "ay": "E",
    "ey": "i",
    "ei": "E",
    "ea": "i",
    "ee": "i",
    "ie": "i",
    "oa": "o",
    "oe": "o",
    "oo": "u",
    "ou": "W",
    "ow": "W",
    "oi": "O",
    "oy": "O",
    "au": "o",
    "aw": "o",
    "ew": "u",
    "ue": "u",
    "ui": "u",
    "ch": "C",
    "sh": "S",
    "th": "T",
    "ph": "f",
    "gh": "g",
    "wh": "w",
    "ck": "k",
    "ng": "N",
    "qu": "kw",
    "kn": "n",
    "wr": "r",
    "ce": "se",
    "ci": "si",
    "cy": "sY",
    "ge$": "J",
    "a": "A",
    "b": "b",
    "c": "k",
    "d": "d",
    "e": "e",
    "f": "f",
    "g": "g",
    "h": "h",
    "i": "I",
    "j": "J",
    "k": "k",
    "l": "l",
    "m": "m",
    "n": "n",
    "o": "a",
    "p": "p",
    "q": "k",
    "r": "r",
    "s": "s",
    "t": "t",
    "u": "a",
    "v": "v",
    "w": "w",
    "x": "ks",
    "y": "i",
    "z": "z",
}
"""Letters -> sounds; `$` stands for the word's end. Capitals: E as in day, Y eye, W now, O boy, A cat, I bit, S she, C
chin, J jam, T thin, D then, N sing, Z vision, @ the a of about."""

_LONG = {"a": "E", "i": "Y", "o": "o", "u": "u", "e": "i"}
"""What a vowel is where a silent e follows its consonant: rate, ride, rode."""

_VOWELS = frozenset("aAeEiIoOuWY@")

_NEAR_VOWELS = {
    frozenset(pair)
    for pair in ("aA", "ao", "a@", "Ae", "eE", "eI", "iI", "I@", "e@", "A@", "E@", "iE", "oW", "aW", "ou", "EY", "OY")
}

_NEAR = {
    frozenset(pair)
    for pair in ("pb", "td", "kg", "fv", "sz", "SZ", "CJ", "TD", "mn", "nN", "lr", "Tf", "Ts", "SC", "Dd", "Dv", "Zz")
}

_WEAK = frozenset("h@rwy")
"""Sounds that are often lost or added."""


@lru_cache(maxsize=4096)
def phones(word: str) -> str:
    """Return how a word of lower-case letters sounds, a character a sound; other characters are silent."""
    word = word.replace("'", "")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    letters = f"{word}$"
    made = ""
    at = 0
    while at < len(word):
        vowel = _long_vowel(word, at)
        if vowel:
            made += vowel
            at += 1
            continue
        if word[at] == "e" and at == len(word) - 1 and len(word) > 3:
            break
        piece = next((letters[at : at + size] for size in (4, 3, 2, 1) if letters[at : at + size] in _RULES), "")
        made += _RULES.get(piece, "")
        at += max(1, len(piece.rstrip("$")))
    return _undoubled(made)


def distance(heard: str, wanted: str) -> float:
    """Return how far two strings of sounds lie apart, over the length of the second; 0: they sound the same.

    Levenshtein's distance with weights: 0.3 between sounds that are easily taken for each other, 0.5 for weak sounds
    lost or added, 0.6 between other vowels, 1 for anything else.
    """
    if not wanted:
        return 0.0 if not heard else 1.0
    row = [0.0]
    for sound in wanted:
        row.append(row[-1] + _loss(sound))
    for sound in heard:
        before, row = row, [row[0] + _loss(sound)]
        for at, other in enumerate(wanted):
            row.append(min(before[at] + _change(sound, other), before[at + 1] + _loss(sound), row[at] + _loss(other)))
    return row[-1] / len(wanted)


def _long_vowel(word: str, at: int) -> str:
    """Return the sound of a vowel whose consonant a silent e follows at the word's end; empty for any other letter."""
    tail = word[at:]
    fits = len(tail) == 3 and tail[2] == "e" and tail[0] in _LONG and tail[1] not in "aeiouwyr"
    alone = at == 0 or word[at - 1] not in "aeiou"
    if not (fits and alone):
        return ""
    return _LONG[tail[0]]


def _undoubled(sounds: Sequence[str]) -> str:
    return "".join(sound for at, sound in enumerate(sounds) if not at or sound != sounds[at - 1])


def _loss(sound: str) -> float:
    return 0.5 if sound in _WEAK else 1.0


def _change(one: str, other: str) -> float:
    if one == other:
        return 0.0
    pair = frozenset((one, other))
    if pair in _NEAR or pair in _NEAR_VOWELS:
        return 0.3
    return 0.6 if one in _VOWELS and other in _VOWELS else 1.0
