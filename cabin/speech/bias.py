"""How strongly a recognizer leans to the catalog's language, and what it is handed for that.

Two readings of the same sound stand against each other: the best one in the catalog's language and the best one in any
words. Each word of the former that the language itself has there is worth some natural logarithms more; whichever then
has more is what was said. How far the two lie apart is evidence of whether the catalog was spoken to at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cabin.config.fields import Bounds

if TYPE_CHECKING:
    from cabin.messages import Hypothesis
    from cabin.speech.bias_language import Language
    from cabin.speech.bias_lists import ListFiles
    from cabin.speech.bias_spelling import Written
    from cabin.speech.lexicon import Lexicon

__all__ = ["Bias", "BiasConfig", "joined", "log_ratio_per_token", "words_changed"]


_MORE_WORDS = 3
"""By so many words a sentence of a catalog is longer than what was written for it, at most: "mocker" for "a mocha"."""


@dataclass(frozen=True)
class BiasConfig:
    """How much the recognizer expects the words of the catalogs (docs/hearing.md)."""

    strength: Literal["off", "light", "strong"] = "light"
    """off: what sounds likeliest. light: a word of the catalog where it is nearly as likely. strong: for microphones
    that hear little but orders, and for noise."""
    light: Annotated[float, Bounds(0, 20)] = 2.0
    """What a word of the catalog is worth under light, natural logarithm of a likelihood ratio."""
    strong: Annotated[float, Bounds(0, 20)] = 3.0
    """The same under strong."""
    most: Annotated[float, Bounds(0, 200)] = 30.0
    """The most that a whole sentence can be worth: what lies further below the free reading is never taken."""
    change: Annotated[float, Bounds(0, 50)] = 9.0
    """The most that each word which the catalog's reading has otherwise than the free one can be worth. What was heard
    clearly is not given up for what the rest of a long sentence is worth: "three hundred percent" is not "three".
    """
    word: Annotated[float, Bounds(0, 10)] = 1.0
    """Between two sentences of the catalog: what one word more is worth. Without it the short ones win in noise."""
    filler: Annotated[float, Bounds(0, 20)] = 1.0
    """What each word that is only said around an order ("okay", "please") costs, and it is worth nothing."""
    beams: Annotated[int, Bounds(1, 16)] = 6
    """Readings in the catalog's language that are followed side by side."""
    lists: Mapping[str, Path] = field(default_factory=dict)
    """Names known at run time: a list of the catalogs (contact, station, destination) -> a text file, a phrase a line.
    A file that changes is read anew before the next utterance."""

    @property
    def per_word(self) -> float:
        """What a word is worth under the strength chosen; 0 when it is off."""
        return {"off": 0.0, "light": self.light, "strong": self.strong}[self.strength]


@dataclass(frozen=True)
class Bias:
    """What a recognizer that can lean to a language is made with."""

    language: Language
    lexicon: Lexicon
    config: BiasConfig
    lists: ListFiles | None = None
    """Lists kept as their files are; None: there are none."""

    def refresh(self) -> None:
        """Take up what has changed in the files of lists; to be called before an utterance is heard."""
        if self.lists is not None:
            self.lists.refresh()

    def worth(self, written: Written, free: str = "") -> float:
        """Return what being a sentence of the language is worth beside the free reading, when there is one.

        Words around an order count nothing.
        """
        known = len(self.lexicon.core(written.words)) - written.free
        worth = min(self.config.most, self.config.per_word * max(0, known))
        return min(worth, self.config.change * max(1, words_changed(written.words, free.split()))) if free else worth

    def most_worth(self, free_words: int) -> float:
        """Return the most that a sentence of the language can be worth beside a free reading of so many words.

        What lies further below that reading cannot win, so no search need look there.
        """
        return min(self.config.most, self.config.per_word * (free_words + _MORE_WORDS))

    def score(self, written: Written, log_prob: float) -> float:
        """Return what sentences of the language are ordered by: words are worth something, those around it cost."""
        core = len(self.lexicon.core(written.words))
        around = len(written.words) - core
        return log_prob - written.cost + self.config.word * core - self.config.filler * around

    def against(self, written: Written | None, best: Written, free: str = "") -> float:
        """Return what is added to a reading's log-probability where the language's best reading is `best`.

        That one gets nothing but the cost of its spelling. Others of the language differ by their number of words, and
        where words stand in open slots; None, a reading outside the language, pays all that the best one is worth
        beside the free reading.
        """
        base = self.worth(best, free)
        if written is None:
            return -base
        known = min(self.worth(written, free), base) if written.free else base
        longer = self.score(written, 0.0) - self.score(best, 0.0) - best.cost
        return known - base + longer

    def extend(self, class_name: str, phrases: Iterable[str]) -> None:
        """Add contacts, stations, places to a list of the catalog; raises KeyError when it has no such list."""
        from cabin.slm.text import normalize

        self.language.extend(class_name, [normal for phrase in phrases if (normal := normalize(phrase))])


def words_changed(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words differ between two sentences: put in, left out or said otherwise."""
    changes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(j - i, n - k) for kind, i, j, k, n in changes if kind != "equal")


def joined(readings: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return readings best first, each text once: with the bias of its best reading."""
    best: dict[str, Hypothesis] = {}
    for reading in readings:
        known = best.get(reading.text)
        if known is None or reading.log_prob > known.log_prob:
            best[reading.text] = reading
    return tuple(sorted(best.values(), key=lambda reading: -reading.log_prob))


def log_ratio_per_token(in_language: float, in_any_words: float, tokens: int) -> float:
    """Return ln(P(sound | catalog) / P(sound | any words)) per token of the free reading, END counted.

    Arguments are log-probabilities without bias. 0 or more: the catalog's reading is as likely as any.
    """
    return (in_language - in_any_words) / max(1, tokens)
