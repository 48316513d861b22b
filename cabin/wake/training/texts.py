"""What is said to train a detector: the phrase, what sounds nearly like it, and anything else.

Near misses are made, not listed, so that any phrase has them: one word replaced by a word of the catalogs that sounds
like it, or by one that differs in a sound; a word left out; the words turned round.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from cabin.errors import CatalogError
from cabin.wake.phrase import WakePhrase
from cabin.wake.sounds import distance, phones

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog

__all__ = ["Texts", "draw_texts", "near_misses"]

_INDISTINCT = 0.1
"""What lies nearer to the phrase than this cannot be told from it, and is no counterexample."""
_NEAR_WORD = 0.7
_ENDS = "dtlspnmkb"
_STARTS = "bptfgmsdlnrwj"
_VOWELS = "aeiou"
_DRAWN = 1500
"""Sentences whose words may stand in near misses."""


@dataclass(frozen=True)
class Texts:
    """Texts to be spoken."""

    phrase: tuple[str, ...]
    """Ways to write the phrase: punctuation changes its melody."""
    commands: tuple[str, ...]
    """The phrase and a sentence in one breath."""
    near: tuple[str, ...]
    """Sounds nearly like the phrase."""
    other: tuple[str, ...]
    """Anything else, commands without the phrase among it."""


def draw_texts(phrase: WakePhrase, catalog: Catalog, seed: int, near: int = 200, other: int = 120) -> Texts:
    """Return texts for a phrase, the same for the same seed; `near` and `other` are how many of those."""
    rng = random.Random(f"wake/{seed}")
    sentences = [text for text in _sentences(catalog, seed, max(_DRAWN, 2 * other)) if not phrase.find(text)]
    words = sorted({word for text in sentences for word in text.split() if word.isalpha()})
    rng.shuffle(sentences)
    said = phrase.text
    forms = (said, f"{said}!", f"{said}?", said.replace(" ", ", ", 1), f"{said}...")
    half = min(other, (len(sentences) + 1) // 2)
    commands = tuple(f"{said}, {text}" for text in sentences[:half])
    chosen = near_misses(phrase, words, rng, near)
    return Texts(tuple(dict.fromkeys(forms)), commands, tuple(chosen), tuple(sentences[half : half + other]))


def _sentences(catalog: Catalog, seed: int, count: int) -> list[str]:
    """Return sentences of a catalog: half of them commands, half of them of no use to a car where it has such."""
    from cabin.bench.noise.sentences import draw_commands
    from cabin.catalog.sampling import Sampler

    commands: list[str] = []
    with contextlib.suppress(CatalogError):  # a small catalog has no more
        commands.extend(spoken.text for spoken in islice(draw_commands(catalog, seed), count // 2))
    rng, sampler = random.Random(f"refused/{seed}"), Sampler(catalog)
    groups = [group for group in catalog.refusals if group.templates]
    refused = [sampler.refusal(rng.choice(groups), rng).text for _ in range(count // 2 if groups else 0)]
    return [text for text in dict.fromkeys(commands + refused) if 3 <= len(text.split()) <= 12]


def near_misses(phrase: WakePhrase, words: Sequence[str], rng: random.Random, count: int) -> list[str]:
    """Return at most `count` texts that sound nearly like the phrase, drawn from all kinds in turn."""
    own = phrase.words
    kinds = [_left_out(own), _turned(own), _altered(own, rng), _replaced(own, words), _joined(own, words, rng)]
    for kind in kinds:
        rng.shuffle(kind)
    found: dict[str, None] = {}
    while any(kinds) and len(found) < count:
        for kind in kinds:
            if kind and len(found) < count:
                text = kind.pop()
                if _is_distinct(text, phrase):
                    found[text] = None
    return list(found)


def _is_distinct(text: str, phrase: WakePhrase) -> bool:
    return phrase.find(text) is None and distance("".join(map(phones, text.split())), phrase.sounds) > _INDISTINCT


def _left_out(own: Sequence[str]) -> list[str]:
    return [" ".join([*own[:at], *own[at + 1 :]]) for at in range(len(own))] if len(own) > 1 else []


def _turned(own: Sequence[str]) -> list[str]:
    return [" ".join(reversed(own))] if len(own) > 1 else []


def _altered(own: Sequence[str], rng: random.Random) -> list[str]:
    """Return the phrase with one letter of one word added or changed."""
    made = []
    for at, word in enumerate(own):
        others = [word + end for end in _ENDS] + [start + word.lstrip("bcdfghjklmnpqrstvwxyz") for start in _STARTS]
        places = [place for place, letter in enumerate(word) if letter in _VOWELS]
        others += [word[:place] + vowel + word[place + 1 :] for place in places for vowel in _VOWELS]
        made += [_with(own, at, other) for other in others if other != word]
    return rng.sample(made, len(made))


def _replaced(own: Sequence[str], words: Iterable[str]) -> list[str]:
    """Return the phrase with one word replaced by one that sounds like it."""
    known = [(word, phones(word)) for word in words]
    return [
        _with(own, at, word)
        for at, wanted in enumerate(own)
        for word, sounds in known
        if word != wanted and distance(sounds, phones(wanted)) <= _NEAR_WORD
    ]


def _joined(own: Sequence[str], words: Sequence[str], rng: random.Random) -> list[str]:
    """Return a word of the phrase beside any word: its first before, its last after."""
    count = min(40, len(words))
    return [f"{own[0]} {word}" for word in rng.sample(words, count)] + [
        f"{word} {own[-1]}" for word in rng.sample(words, count)
    ]


def _with(own: Sequence[str], at: int, word: str) -> str:
    return " ".join([*own[:at], word, *own[at + 1 :]])
