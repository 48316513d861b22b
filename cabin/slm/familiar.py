"""Which words the model met with which intent while it was trained: a word that is strange there is a reason to doubt.

"turn off traffic info" is near enough to a warning that a model picks one, and is sure of it. That "info" was never
said with that warning in any training sentence is a fact beside the model's own opinion.

Kept as sorted 32-bit hashes (CRC-32) of "intent<TAB>word": 4 bytes a pair. Of pairs that were never met, one in
2^32 / pairs is taken for familiar: with 150,000 pairs one in 28,000.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem
from cabin.slm.examples import Example

__all__ = ["FAMILIAR_FILE", "FamiliarWords", "read_familiar_words"]

FAMILIAR_FILE = "familiar.npy"


class FamiliarWords:
    """Pairs of intent and word, as sorted hashes (pairs,) of 32 bits."""

    def __init__(self, pairs: NDArray[np.uint32]) -> None:
        self._pairs = pairs

    def __len__(self) -> int:
        return len(self._pairs)

    @classmethod
    def of(cls, examples: Iterable[Example]) -> FamiliarWords:
        """Collect the words of training sentences; refusals are left out, and so are names that open slots copy."""
        pairs: set[int] = set()
        for example in examples:
            texts = [value for _, slots in example.calls for value in slots.values() if isinstance(value, str)]
            copied = {word for text in texts for word in text.split()}
            words = set(example.text.split()) - copied
            pairs.update(_hash(intent, word) for intent, _ in example.calls for word in words)
        return cls(np.array(sorted(pairs), np.uint32))

    def strange(self, words: Iterable[str], intents: Sequence[str]) -> list[str]:
        """Return the words that were met with none of these intents, as they come; numbers are never strange."""
        return [w for w in words if not w[:1].isdigit() and not any(self._has(_hash(i, w)) for i in intents)]

    def _has(self, pair: int) -> bool:
        at = int(np.searchsorted(self._pairs, np.uint32(pair)))
        return at < len(self._pairs) and int(self._pairs[at]) == pair

    def write(self, path: Path) -> None:
        """Write familiar.npy."""
        np.save(path, self._pairs)


def read_familiar_words(folder: Path) -> FamiliarWords | None:
    """Read familiar.npy of a model folder; None without one. Raises ModelError when it cannot be read."""
    path = folder / FAMILIAR_FILE
    if not path.is_file():
        return None
    try:
        pairs = np.load(path)
        if pairs.dtype != np.uint32 or pairs.ndim != 1 or not (np.diff(pairs.astype(np.int64)) > 0).all():
            raise ValueError(f"an array of {pairs.dtype}, shape {pairs.shape}")
    except (OSError, ValueError, EOFError) as error:
        hint = "Build the model again with `cabin model build`."
        raise ModelError(
            Problem("the words the model knows cannot be read", str(path), str(error), "sorted 32-bit hashes", hint)
        ) from error
    return FamiliarWords(pairs)


def _hash(intent: str, word: str) -> int:
    return zlib.crc32(f"{intent}\t{word}".encode())
