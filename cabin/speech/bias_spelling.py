"""A language walked by a recognizer's own pieces of text: letter case and punctuation do not count.

A recognizer tells its pieces once (`PieceTable`); after that a walk knows which of them may come next and what words
they have made. Words are spelled as the lexicon knows; the text that comes out has the catalog's own words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cabin.speech.bias_language import ANY_WORD, Language, WordState
from cabin.speech.lexicon import Lexicon, Spelling

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Allowed", "PieceTable", "SpellingWalk", "Written", "plain_piece"]

_SYMBOLS = {"%": " percent ", "\u00b0": " degrees ", "&": " and ", "\u2019": "'", "\u2018": "'", "`": "'"}


@dataclass(frozen=True)
class Written:
    """How far a text has come: the words finished, and the letters of the one begun."""

    at: WordState
    partial: str = ""
    words: tuple[str, ...] = ()
    cost: float = 0.0
    """Of spellings that are not the words' own, natural logarithm."""
    free: int = 0
    """How many of the words stand in open slots, where any word may."""

    @property
    def text(self) -> str:
        """The words, the one begun left out."""
        return " ".join(self.words).replace(" '", "'")

    @property
    def known_words(self) -> int:
        """Words that the language itself has at their place."""
        return len(self.words) - self.free


@dataclass(frozen=True)
class Allowed:
    """Which pieces may come next."""

    tokens: NDArray[np.int64]
    """Shape (n,); only these, unless any may."""
    any_piece: bool = False
    """An open slot: whatever makes words."""


@dataclass(frozen=True)
class _Spellings:
    """What may be written next in one state."""

    texts: tuple[str, ...]
    """Sorted."""
    meant: Mapping[str, tuple[float, tuple[str, ...]]]
    """Text -> its cost and the words that it stands for."""

    def starting_with(self, start: str) -> Iterator[str]:
        for at in range(bisect_left(self.texts, start), len(self.texts)):
            if not self.texts[at].startswith(start):
                return
            yield self.texts[at]

    def has_start(self, start: str) -> bool:
        return next(self.starting_with(start), None) is not None


def plain_piece(piece: str) -> str:
    """Return a piece with nothing but letters, digits, apostrophes, points and spaces, in lower case.

    Everything else parts words, as a space does.
    """
    characters = []
    for character in unicodedata.normalize("NFKC", piece.lower()):
        known = _SYMBOLS.get(character)
        kept = character.isalnum() or character in "'."
        characters.append(known if known is not None else character if kept else " ")
    plain = "".join(characters)
    while "  " in plain:
        plain = plain.replace("  ", " ")
    return plain


class PieceTable:
    """A recognizer's pieces by what they write."""

    def __init__(self, pieces: Sequence[str | None]) -> None:
        """`pieces` holds each token's text with its real spaces; None or "" for tokens that write nothing."""
        self.plain = [plain_piece(piece) if piece and piece.isprintable() else "" for piece in pieces]
        table: dict[str, list[int]] = {}
        for token, plain in enumerate(self.plain):
            if plain:
                table.setdefault(plain, []).append(token)
        self._tokens = {plain: np.array(tokens, np.int64) for plain, tokens in table.items()}
        self.longest = max(map(len, self._tokens), default=0)
        breaks = [tokens for plain, tokens in self._tokens.items() if plain in (" ", ".", ". ", " .")]
        self.breaks: NDArray[np.int64] = np.concatenate(breaks) if breaks else np.zeros(0, np.int64)
        """Pieces that only end a word."""

    def tokens(self, plain: set[str]) -> NDArray[np.int64]:
        """Return the tokens that write one of these texts."""
        found = [self._tokens[text] for text in plain if text in self._tokens]
        return np.concatenate(found) if found else np.zeros(0, np.int64)


class SpellingWalk:
    """Walks a language piece by piece. What it finds out of a state stays with the state."""

    def __init__(self, language: Language, pieces: PieceTable, lexicon: Lexicon) -> None:
        self.language = language
        self._pieces = pieces
        self._single: dict[str, tuple[Spelling, ...]] = {}
        self._double: dict[str, list[tuple[str, Spelling]]] = {}
        for said, spellings in lexicon.spellings.items():
            first, _, second = said.partition(" ")
            if second:
                self._double.setdefault(first, []).extend((second, spelling) for spelling in spellings)
            else:
                self._single[said] = spellings

    def start(self) -> Written:
        """Return the place before the first piece."""
        return Written(self.language.start())

    def allowed(self, written: Written) -> Allowed:
        """Return the pieces that may come next; ending is another question (`endings`)."""
        key = ("allowed", written.partial)
        known = written.at.notes.get(key)
        if not isinstance(known, Allowed):
            known = written.at.notes[key] = self._allowed(Written(written.at, written.partial))
        return known

    def advance(self, written: Written, token: int) -> list[Written]:
        """Return the places after one more piece: none where it may not stand, two where it may be read two ways."""
        return self.write(written, self._pieces.plain[token])

    def write(self, written: Written, plain: str) -> list[Written]:
        """Return the places after more text, written as `plain_piece` writes it."""
        first, *others = plain.split(" ")
        places = self._append(written, first) if first else [written]
        for part in others:
            places = [place for each in places for place in self._finished(each, keep_open=bool(part))]
            if part:
                places = [place for each in places for place in self._append(each, part)]
        return list(dict.fromkeys(places))

    def endings(self, written: Written) -> list[Written]:
        """Return the readings of what is written as a whole sentence."""
        return [place for place in self._finished(written, keep_open=False) if place.at.is_final and place.words]

    def read(self, text: str) -> Written | None:
        """Return the cheapest reading of a whole text, or None when it is no sentence of the language."""
        places = self.write(self.start(), plain_piece(text).strip())
        endings = [ending for place in places for ending in self.endings(place)]
        return min(endings, key=lambda ending: (ending.cost, ending.free), default=None)

    def _allowed(self, written: Written) -> Allowed:
        if self.language.is_free(written.at):
            return Allowed(np.zeros(0, np.int64), any_piece=True)
        partial = written.partial
        plain = self._continuations(written.at, partial, ("",) if partial else ("", " "))
        breaks = [np.zeros(0, np.int64)]
        if partial:
            for place in self._finished(written, keep_open=False):
                if self.language.is_free(place.at):
                    return Allowed(np.zeros(0, np.int64), any_piece=True)
                plain |= self._starts(place.at)
                breaks = [self._pieces.breaks]
        return Allowed(np.unique(np.concatenate([self._pieces.tokens(plain), *breaks])))

    def _starts(self, state: WordState) -> set[str]:
        """Return the texts that may follow a finished word: a space and a beginning, or an apostrophe."""
        known = state.notes.get("starts")
        if not isinstance(known, set):
            known = self._continuations(state, "", (" ",))
            endings = self._continuations(state, "'", ("'",))
            known |= {"'", *endings} if endings else set()
            state.notes["starts"] = known
        return known

    def _continuations(self, state: WordState, partial: str, leads: tuple[str, ...]) -> set[str]:
        texts: set[str] = set()
        for spelling in self._spellings(state).starting_with(partial):
            rest = spelling[len(partial) :]
            for lead in leads:
                texts.update(lead + rest[:size] for size in range(1, min(len(rest), self._pieces.longest) + 1))
                texts.update((f"{lead}{rest} ", f"{lead}{rest}."))
            if "." in rest[:1] or " " in rest[:1]:
                texts.add(rest[:1])
        return texts - {" ", "."} if not partial else texts

    def _append(self, written: Written, text: str) -> list[Written]:
        """Add letters to the word begun, or begin one."""
        spellings = self._spellings(written.at)
        partial = written.partial + text
        places = []
        if text == "." and not written.partial:
            return [written] if written.words else []
        if spellings.has_start(partial) or (self.language.is_free(written.at) and text != "."):
            places.append(replace(written, partial=partial))
        if text.endswith(".") and len(text) > 1:
            return places + [place for each in self._append(written, text[:-1]) for place in self._append(each, ".")]
        if text == "." and written.partial:
            # The end of a sentence, or of a letter in "p.m.".
            places += self._finished(written, keep_open=False)
            if len(written.partial) == 1 and spellings.has_start(written.partial):
                places.append(written)
        elif "'" in text[1:]:
            at = text.index("'", 1)
            places += [place for each in self._append(written, text[:at]) for place in self._append(each, text[at:])]
        elif text.startswith("'") and written.partial:
            places += [
                replace(place, partial=text)
                for place in self._finished(written, keep_open=False)
                if self._spellings(place.at).has_start(text)
            ]
        return places

    def _finished(self, written: Written, *, keep_open: bool) -> list[Written]:
        """Return the places after the word begun; `keep_open`: it may also go on behind a space."""
        partial = written.partial
        if not partial:
            return [written]
        spellings = self._spellings(written.at)
        places = []
        text = partial.rstrip(" ")
        cost, words = spellings.meant.get(text, (0.0, ()))
        state: WordState | None = written.at if words else None
        for word in words:
            state = self.language.follow(state, self.language.number(word)) if state is not None else None
        if state is not None:
            places.append(Written(state, "", written.words + words, written.cost + cost, written.free))
        if (state is None or cost) and self.language.is_free(written.at):
            # Where any word may stand a word is rather itself than what it is misheard for.
            anything = self.language.follow(written.at, ANY_WORD)
            if anything is not None:
                places.append(Written(anything, "", (*written.words, text), written.cost, written.free + 1))
        if keep_open and not partial.endswith(" ") and spellings.has_start(f"{partial} "):
            places.append(replace(written, partial=f"{partial} "))
        return places

    def _spellings(self, state: WordState) -> _Spellings:
        known = state.notes.get("spellings")
        if isinstance(known, _Spellings):
            return known
        meant: dict[str, tuple[float, tuple[str, ...]]] = {}

        def add(text: str, cost: float, words: tuple[str, ...]) -> None:
            if text not in meant or (cost, len(words)) < (meant[text][0], len(meant[text][1])):
                meant[text] = (cost, words)

        for number in self.language.next_words(state):
            if number == ANY_WORD:
                continue
            word = self.language.words[number]
            add(word, 0.0, (word,))
            for spelling in self._single.get(word, ()):
                add(spelling.text, spelling.cost, (word,))
            seconds = self._double.get(word)
            after = self.language.follow(state, number) if seconds else None
            if after is not None:
                following = self.language.next_words(after)
                for second, spelling in seconds or ():
                    if self.language.number(second) in following:
                        add(spelling.text, spelling.cost, (word, second))
        result = _Spellings(tuple(sorted(meant)), meant)
        state.notes["spellings"] = result
        return result
