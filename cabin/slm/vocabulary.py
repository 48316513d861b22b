"""The tokens that the model reads and writes: the base model's byte-level BPE, and one token a part of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from cabin.slm.callspec import CallSpec
from cabin.slm.numbers import NumberSpan, find_numbers
from cabin.slm.text import Spelling, spell

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["MAX_NUMBERS", "POSSESSIVE", "REFUSALS", "Reading", "Vocabulary", "control_tokens"]

REFUSALS = ("out_of_scope", "question", "chatter", "impossible", "unclear")
MAX_NUMBERS = 6
"""How many numbers of one utterance a call can point at."""

POSSESSIVE = re.compile(r"(\w)'s\b")
"""A name ends before its possessive: "adele's album"."""

_INITIALS = re.compile(r"(?<![^\W_])[^\W\d_]\.[^\W\d_]\.\Z")
"""The last point of "r.e.m." belongs to the name."""

_WORD_MARK = "\u0120"
"""Byte-level BPE writes the space before a word as this letter (Radford et al. 2019)."""


def control_tokens(spec: CallSpec) -> tuple[str, ...]:
    """Return the names of the control tokens that a specification needs, in a fixed order."""
    names = ["call", "and", "end", *(f"refuse:{reason}" for reason in REFUSALS)]
    names += _unique(f"device:{intent.partition('.')[0]}" for intent in spec.slots)
    names += _unique(f"action:{intent.partition('.')[2]}" for intent in spec.slots)
    for row in spec.slots.values():
        for slot in row:
            names += [f"{slot.name}={value}" for value in slot.values]
            names += [f"{slot.name}#{k}" for k in range(MAX_NUMBERS)] if slot.kind == "number" else []
            names += [f"open:{slot.name}"] if slot.kind == "open" else []
    return tuple(_unique(names))


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


class Reading:
    """An utterance as the model reads it: words, tokens, where words begin, and the numbers said."""

    def __init__(self, text: str, tokenizer: Tokenizer) -> None:
        spelling = spell(text)
        self.text = " ".join(spelling.words)
        self.words, self._places = _parted(spelling)
        self._said = spelling.said
        encoding = tokenizer.encode(f" {self.text}", add_special_tokens=False)
        self.tokens: list[int] = encoding.ids if self.words else []
        pieces = encoding.tokens if self.words else []
        own = {found.start(1) + 2 for found in POSSESSIVE.finditer(self.text)}  # + 1 for the space that was put before
        self.word_starts = [
            at
            for at, piece in enumerate(pieces)
            if piece.startswith(_WORD_MARK) or (piece == "'s" and encoding.offsets[at][0] in own)
        ]
        """Token index of each word's first token; as long as `words`."""

    @cached_property
    def numbers(self) -> tuple[NumberSpan, ...]:
        """The numbers that calls can point at."""
        return tuple(find_numbers(self.words)[:MAX_NUMBERS])

    def phrase(self, first_word: int, last_word: int) -> str:
        """Return words[first_word:last_word] as they were said."""
        start, end = self._places[first_word][0], self._places[last_word - 1][1]
        end += bool(_INITIALS.search(self._said[start : end + 1]))
        return self._said[start:end]

    def token_span(self, first_word: int, last_word: int) -> list[int]:
        """Return the tokens of words[first_word:last_word]."""
        stop = self.word_starts[last_word] if last_word < len(self.words) else len(self.tokens)
        return self.tokens[self.word_starts[first_word] : stop]


def _parted(spelling: Spelling) -> tuple[list[str], list[tuple[int, int]]]:
    """Return words with possessives parted from their names, and where each stands in what was said."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for word, (begin, end) in zip(spelling.words, spelling.places, strict=True):
        start = begin
        parts = POSSESSIVE.sub(r"\1 's", word).split()
        is_as_said = end - start == len(word)
        at = start
        for part in parts:
            words.append(part)
            places.append((at, at + len(part)) if is_as_said else (start, end))
            at += len(part)
    return words, places


class Vocabulary:
    """Text tokens 0 .. text_size - 1, control tokens after them."""

    def __init__(self, tokenizer: Tokenizer, control: tuple[str, ...]) -> None:
        self.tokenizer = tokenizer
        self.text_size: int = tokenizer.get_vocab_size(with_added_tokens=False)
        self.control = control
        self.ids = {name: self.text_size + at for at, name in enumerate(control)}

    def __len__(self) -> int:
        return self.text_size + len(self.control)

    def read(self, text: str) -> Reading:
        """Return the utterance as tokens."""
        return Reading(text, self.tokenizer)

    def name(self, token: int) -> str:
        """Return a token's name: a control token's own, or the piece of text."""
        if token >= self.text_size:
            return self.control[token - self.text_size]
        return str(self.tokenizer.id_to_token(token))
