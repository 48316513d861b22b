"""A wake phrase as it is read in what a recognizer wrote: found by how it sounds, and taken off.

The words of a text are compared with the phrase by their sounds (cabin.wake.sounds), however many words the recognizer
made of it: "hey car" is found in "hay car", "heycar" and "a kar". Only at the beginning, after at most a word or two
that people say before they speak to somebody; anywhere, when a detector has heard the phrase in the sound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cabin.errors import ConfigError, Problem
from cabin.wake.sounds import distance, phones

__all__ = ["PhraseMatch", "WakePhrase", "parse_phrase"]

FILLERS = frozenset(
    ("ah", "and", "eh", "er", "hm", "hmm", "mm", "now", "oh", "okay", "ok", "please", "right", "so", "uh", "um", "well")
)
"""Words that may stand before the phrase."""

_MOST_FILLERS = 2
_MOST_WORDS = 6
_MORE_WORDS = 2
_FEWEST_SOUNDS = 4
"""A shorter phrase is heard everywhere."""
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True)
class PhraseMatch:
    """The phrase, found in a text."""

    likeness: float
    """1: it reads exactly so or sounds the same; 1 minus the distance of the sounds, over their number."""
    rest: str
    """What follows it."""
    words: int
    """How many words stand before the rest."""


@dataclass(frozen=True)
class WakePhrase:
    """The phrase that wakes."""

    text: str
    """Normalized: lower case, no punctuation."""
    variants: tuple[str, ...] = ()
    """Other ways in which it is heard."""
    sounds: str = field(init=False, compare=False)
    """How it sounds (cabin.wake.sounds)."""

    def __post_init__(self) -> None:
        """Keep the sounds."""
        object.__setattr__(self, "sounds", _sounds(self.text.split()))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the phrase."""
        return tuple(self.text.split())

    def find(self, text: str, least: float = 0.8, anywhere: bool = False) -> PhraseMatch | None:
        """Return the phrase in a normalized text, the likeliest place; None when nothing is at least so like it.

        Of places equally like, the first. `anywhere`: not only at the beginning. Said again right after itself it is
        taken off again: recognizers stutter over sounds as short as this.
        """
        words = text.split()
        best: PhraseMatch | None = None
        for begin in range(len(words) if anywhere else self._beginnings(words)):
            found = self._at(words, begin)
            if found is not None and found.likeness >= least and (best is None or found.likeness > best.likeness):
                best = found
        return self._without_echo(words, best, least) if best is not None else None

    def _without_echo(self, words: Sequence[str], first: PhraseMatch, least: float) -> PhraseMatch:
        """Take off the phrase, or its beginning, where it is said again."""
        end = first.words
        while end < len(words):
            again = self._at(words, end)
            if again is None or again.likeness < least:
                break
            end = again.words
        rest = words[end:]
        if len(rest) < len(self.words) and tuple(rest) == self.words[: len(rest)]:
            end, rest = len(words), []
        return PhraseMatch(first.likeness, " ".join(rest), end)

    def _beginnings(self, words: Sequence[str]) -> int:
        """Return before how many words the phrase may begin: fillers may stand before it."""
        fillers = 0
        while fillers < min(_MOST_FILLERS, len(words)) and words[fillers] in FILLERS:
            fillers += 1
        return min(fillers + 1, len(words))

    def _at(self, words: Sequence[str], begin: int) -> PhraseMatch | None:
        best: PhraseMatch | None = None
        for count in range(1, len(self.words) + _MORE_WORDS + 1):
            said = words[begin : begin + count]
            if len(said) < count:
                break
            joined = " ".join(said)
            likeness = 1.0 if joined == self.text or joined in self.variants else self._likeness(said)
            if best is None or likeness > best.likeness:
                best = PhraseMatch(likeness, " ".join(words[begin + count :]), begin + count)
        return best

    def _likeness(self, said: Sequence[str]) -> float:
        return max(0.0, 1.0 - distance(_sounds(said), self.sounds))


def parse_phrase(text: str, variants: Sequence[str] = (), where: str = "wake.phrase") -> WakePhrase:
    """Return a phrase as somebody wrote it. Raises ConfigError, with all mistakes, for one that cannot wake anything.

    It must be one to six words of letters and have at least four sounds: a shorter one is heard everywhere.
    """
    problems = []
    made = []
    for number, each in enumerate((text, *variants)):
        words = each.lower().replace(",", " ").replace("-", " ").split()
        place = where if not number else f"{where.rpartition('.')[0] or where}.sounds_like"
        if not words or not all(_WORD.fullmatch(word) for word in words):
            expected = 'words of English letters, such as "hey car"'
            problems.append(Problem("this is no phrase", place, repr(each), expected))
        elif len(words) > _MOST_WORDS:
            problems.append(Problem("the phrase is too long", place, f"{len(words)} words", f"at most {_MOST_WORDS}"))
        elif not number and len(_sounds(words)) < _FEWEST_SOUNDS:
            hint = 'Put a word before it: "hey ...".'
            what = "the phrase is too short: it would be heard everywhere"
            problems.append(Problem(what, place, repr(each), hint=hint))
        made.append(" ".join(words))
    if problems:
        raise ConfigError(problems)
    return WakePhrase(made[0], tuple(made[1:]))


def _sounds(words: Sequence[str]) -> str:
    return "".join(phones(word) for word in words)
