"""Vosk's answers (JSON) to hypotheses.

With alternatives asked for, Vosk scores each with its whole log-likelihood, acoustic and language model together, up to
a constant that depends on the sound. Only differences mean something, so a reading's log probability is its share among
the readings of the same sound: score minus the logarithm of the sum of all exponentials.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import numpy as np

from cabin.messages import Hypothesis

__all__ = ["Scored", "clean", "join", "rank", "scored_texts"]

_UNKNOWN = re.compile(r"<unk>|\[unk\]|<[^>]*>")
_PUNCTUATION = re.compile(r"[^\w\s'-]|_")

Scored = tuple[str, float]
"""A reading with Vosk's own score."""


def clean(text: str) -> str:
    """Return lower case, single spaces, no punctuation but apostrophes and hyphens within words, no unknown marks."""
    words = _PUNCTUATION.sub(" ", _UNKNOWN.sub(" ", text.lower())).split()
    return " ".join(word for word in (word.strip("-") for word in words) if word)


def scored_texts(answer: str) -> list[Scored]:
    """Return the alternatives of one answer of Vosk, cleaned, with their scores; the empty text stands for silence."""
    parsed = json.loads(answer)
    if "alternatives" in parsed:
        return [(clean(entry.get("text", "")), float(entry.get("confidence", 0.0))) for entry in parsed["alternatives"]]
    return [(clean(parsed.get("text", "")), 0.0)]


def rank(readings: Iterable[Scored]) -> list[Hypothesis]:
    """Return the readings with their log shares, best first; equal texts are one and their shares add up."""
    readings = list(readings)
    if not readings:
        return []
    scores = np.array([score for _, score in readings])
    shares = scores - (scores.max() + np.log(np.exp(scores - scores.max()).sum()))
    merged: dict[str, float] = {}
    for (text, _), share in zip(readings, shares, strict=True):
        merged[text] = float(np.logaddexp(merged[text], share)) if text in merged else float(share)
    ordered = sorted(merged.items(), key=lambda entry: -entry[1])
    return [Hypothesis(text, min(0.0, log_prob)) for text, log_prob in ordered]


def join(first: Sequence[Scored], second: Sequence[Scored], keep: int) -> list[Scored]:
    """Return the best readings of two stretches of sound that follow each other; their scores add up."""
    joined = [(f"{one} {two}".strip(), score + more) for one, score in first for two, more in second]
    return sorted(joined, key=lambda reading: -reading[1])[:keep]
