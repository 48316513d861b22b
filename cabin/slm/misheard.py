"""Recognition slips in samples of training text: what the recognizer heard, in car noise, for words that were said."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog
from cabin.slm.edits import edit
from cabin.slm.free_words import FreeWords, numbers_in

__all__ = ["MISHEARD_FILE", "Listener", "misheard"]

MISHEARD_FILE = "misheard.yaml"
"""In this package; made by scripts/voices/misheard.py."""


@cache
def misheard() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Return one or two words said -> (what was heard for them, how often)."""
    text = files("cabin.slm").joinpath(MISHEARD_FILE).read_text(encoding="utf-8")
    rows = yaml.safe_load(text)["misheard"]
    return {said: tuple(row.items()) for said, row in rows.items()}


class Listener:
    """Mishears samples of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._free_words = FreeWords(catalog)

    def mishear(self, sample: Sample, rng: random.Random) -> Sample:
        """Return the sample with one place misheard, drawn by how often that happens; as it is where nothing fits.

        Words that an open slot copies, numbers and units are heard as they were said.
        """
        words, rows = self._free_words.of(sample), misheard()
        free = set(words.free)
        choices, counts = [], []
        for at in words.free:
            places = [(at, words.words[at])]
            if at + 1 in free:
                places.append((at + 1, f"{words.words[at]} {words.words[at + 1]}"))
            for last, said in places:
                for heard, count in rows.get(said, ()):
                    choices.append(words.at(at, last, heard))
                    counts.append(count)
        if not choices:
            return sample
        change = rng.choices(choices, counts)[0]
        after = edit(sample, change.start, change.end, change.words)
        return after if numbers_in(after.text) == numbers_in(sample.text) else sample
