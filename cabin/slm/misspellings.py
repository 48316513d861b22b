"""What people type for a word: spellings met again and again, words that sound alike, and short forms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

__all__ = ["MISSPELLINGS_FILE", "misspellings"]

MISSPELLINGS_FILE = "misspellings.yaml"


@cache
def misspellings() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return kind (spelled, sounds_alike, short) -> word -> what is typed for it, from the file in this package."""
    text = files("cabin.slm").joinpath(MISSPELLINGS_FILE).read_text(encoding="utf-8")
    return {
        kind: {word: tuple(variants.split("|")) for word, variants in words.items()}
        for kind, words in yaml.safe_load(text).items()
    }
