"""The token table: rows in, and the same rows as output head. Held once, quantized per row, outside the engine.

A row is q * scale with q in int8: symmetric per-channel quantization, W_q = round(W / S), S = max|W| / 127 (Jacob et
al. 2018, arXiv 1712.05877). Only the rows of tokens that may follow are multiplied, so the head costs next to nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["TokenTable"]


class TokenTable:
    """Rows (tokens, hidden) as stored (int8, float16 or float32) and scales (tokens,)."""

    def __init__(self, rows: NDArray[np.generic], scales: NDArray[np.float32]) -> None:
        self.rows = rows
        self.scales = scales

    @classmethod
    def load(cls, folder: Path) -> TokenTable:
        """Map the table from disk; pages are read as tokens are used."""
        rows = np.load(folder / "tokens.npy", mmap_mode="r")
        return cls(rows, np.load(folder / "token_scales.npy"))

    def embed(self, tokens: list[int]) -> NDArray[np.float32]:
        """Return the rows (len(tokens), hidden) as float32."""
        picked: NDArray[np.float32] = self.rows[tokens].astype(np.float32) * self.scales[tokens, None]
        return picked

    def score(self, hidden: NDArray[np.float32], tokens: list[int]) -> NDArray[np.float32]:
        """Return the logits (len(tokens),) of a hidden state (hidden,) for these tokens only."""
        scores: NDArray[np.float32] = self.embed(tokens) @ hidden
        return scores
