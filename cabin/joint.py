"""The joint score: what recognizer and parser together find likeliest of all readings of an utterance.

A reading counts by its log-probability, the leaning to the catalog included, and the logarithm of the parser's
confidence. Where the recognizer found a sentence of the catalog near the sound (`Transcript.catalog_evidence`), what a
template covers exactly needs no model: it is certain, and the language model is asked about the other readings alone.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Protocol

from cabin.messages import Hypothesis, Parse, Transcript

if TYPE_CHECKING:
    from cabin.messages import Command

__all__ = ["ExactFirst", "ExactMatcher", "TextParser", "understand"]

_LEAST = 1e-9


class TextParser(Protocol):
    """Turns a text into commands."""

    def parse(self, text: str) -> Parse:
        """Return the commands, or the reason for none. Raises nothing for any text."""
        ...


class ExactMatcher(Protocol):
    """Knows the sentences of a catalog (cabin.template_parser.TemplateParser)."""

    def match_closed(self, text: str) -> tuple[Command, ...] | None:
        """Return the commands of a sentence that a template covers with no word in an open slot, or None."""
        ...


class ExactFirst:
    """A language model with the exact templates of its catalog beside it. Not thread-safe."""

    def __init__(self, model: TextParser, exact: ExactMatcher) -> None:
        self.model = model
        self._exact = exact

    def parse(self, text: str) -> Parse:
        """Return what the model makes of a text."""
        return self.model.parse(text)

    def parse_exact(self, text: str) -> Parse | None:
        """Return the commands of a sentence that a template covers exactly, or None."""
        commands = self._exact.match_closed(text)
        return Parse(text, commands) if commands else None


def understand(parser: TextParser, transcript: Transcript) -> tuple[Transcript, Parse]:
    """Parse the readings and put the one first that has the best joint score.

    The readings come best first; those that cannot win any more, whatever the parser says of them, are not parsed.
    """
    if not transcript.hypotheses:
        return transcript, Parse("", refused="chatter")
    exact = parser.parse_exact if isinstance(parser, ExactFirst) and transcript.catalog_evidence is not None else None
    best: tuple[float, Hypothesis, Parse] | None = None
    for hypothesis in sorted(transcript.hypotheses, key=lambda each: -each.log_prob):
        if best is not None and best[0] >= hypothesis.log_prob:
            break
        parse = exact(hypothesis.text) if exact is not None else None
        if parse is None:
            parse = parser.parse(hypothesis.text)
        score = hypothesis.log_prob + math.log(max(parse.confidence, _LEAST))
        if best is None or score > best[0]:
            best = (score, hypothesis, parse)
    assert best is not None
    rest = tuple(hypothesis for hypothesis in transcript.hypotheses if hypothesis is not best[1])
    return dataclasses.replace(transcript, hypotheses=(best[1], *rest)), best[2]
