"""What is said: commands drawn from a catalog with what they mean; sentences of a text file, which mean none."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.catalog.sampling import Sample, Sampler
from cabin.errors import CatalogError, Problem, UsageError
from cabin.messages import SlotValue
from cabin.slm.spoken_numbers import say_likely_number

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog

__all__ = ["Spoken", "draw_commands", "read_sentences"]

_COMBINED = 0.06
"""Share of sentences with several commands, as in the intent model's training text."""
_BREADTH = 0.5
"""An intent is drawn by its number of templates to this power: neither all alike (0) nor by the templates (1)."""
_WORDS = range(2, 15)
_MOST_TRIES = 200
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Spoken:
    """A sentence to be said."""

    text: str
    calls: tuple[tuple[str, Mapping[str, SlotValue]], ...] = ()
    """What it means, in the order said: intent and slots; empty: nothing for the car."""


def draw_commands(catalog: Catalog, seed: int) -> Iterator[Spoken]:
    """Yield commands without end, no text twice; the same catalog and seed give the same ones.

    Raises CatalogError when the catalog has no sentences, or no new ones any more.
    """
    rng = random.Random(f"commands/{seed}")
    sampler = Sampler(catalog, say_likely_number)
    intents = [intent for intent in catalog.intents.values() if intent.sentences]
    if not intents:
        raise CatalogError(Problem("the catalog has no sentences", hint="Add templates under `sentences`."))
    weights = [sum(len(group.templates) for group in intent.sentences) ** _BREADTH for intent in intents]

    def draw() -> Sample:
        if catalog.combinations and rng.random() < _COMBINED:
            return sampler.combination(rng.choice(catalog.combinations), rng)
        intent = rng.choices(intents, weights)[0]
        return sampler.group(intent, rng.choice(intent.sentences), rng)

    said: set[str] = set()
    while True:
        for _ in range(_MOST_TRIES):
            sample = draw()
            text = " ".join(sample.text.split()).replace(" '", "'")
            if text not in said and len(text.split()) in _WORDS:
                break
        else:
            raise CatalogError(Problem("the catalog has no more sentences", seen=f"{len(said)} different ones"))
        said.add(text)
        yield Spoken(text, tuple((call.intent, dict(call.slots)) for call in sample.calls))


def read_sentences(path: Path) -> list[str]:
    """Return the sentences of a file: one a line, or JSON lines with a key `text`; each once, in the file's order.

    Raises UsageError for a file that cannot be read, lines that are no such objects (all told), or nothing to say.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Problem("the sentences cannot be read", str(path), str(error), "text in UTF-8")) from error
    found: dict[str, None] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        text: object = line
        if path.suffix == ".jsonl" and line.strip():
            try:
                text = json.loads(line)["text"]
            except (ValueError, KeyError, TypeError):
                text = None
        if not isinstance(text, str):
            problems.append(Problem("not a sentence", f"{path}:{number}", line[:60], '{"text": "..."}'))
        elif 0 < len(words := " ".join(text.split())) <= _MOST_CHARACTERS:
            found[words] = None
    if problems or not found:
        raise UsageError(problems or Problem("there is nothing to say in the file", str(path)))
    return list(found)
