"""What runs the intent model: a decoder with a key-value cache that hands back hidden states, nothing more.

Embedding lookup and output head stay outside (cabin.slm.embedding): the two share one quantized table, and only the
rows of the allowed tokens are ever multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["AUTO", "InferenceBackend", "InferenceBackendFactory"]

AUTO = "auto"
"""The value of `parser.backend` that stands for the engine that a trial finds best (cabin.slm.backend_choice)."""


class InferenceBackend(Protocol):
    """One decoder in memory; not thread-safe. A session holds the cache of one utterance."""

    name: str

    def start(self) -> None:
        """Forget the cache."""
        ...

    def step(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append tokens to the cache: shape (t, hidden) in, hidden states (t, hidden) after the last norm out."""
        ...

    def rewind(self, length: int) -> None:
        """Cut the cache back to `length` tokens."""
        ...


InferenceBackendFactory = Callable[[Path, int], InferenceBackend]
"""Function of the model folder and the number of threads."""
