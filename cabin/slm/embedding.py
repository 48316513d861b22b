"""The token table: rows in, and the same rows as output head. Held once, quantized per row, outside the engine.

A row is q * scale with q in int8: symmetric per-channel quantization, W_q = round(W / S), S = max|W| / 127 (Jacob et
al. 2018, arXiv 1712.05877). Only the rows of tokens that may follow are multiplied, so the head costs next to nothing.

Of 12,000 rows of text an utterance needs a dozen, so these are read from the file as they are needed. A mapped file
would do the same, but the kernel maps 64 KiB around each row, and soon the whole table counts as resident.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["TokenTable"]


class TokenTable:
    """Rows (tokens, hidden) as stored (int8, float16 or float32) and scales (tokens,)."""

    def __init__(self, path: Path, scales: NDArray[np.float32], kept: int = 0) -> None:
        """Open the .npy file `path`; its last `kept` rows are held in memory. Raises OSError or ValueError."""
        rows = np.load(path, mmap_mode="r")
        if rows.ndim != 2 or not rows.flags.c_contiguous or rows.shape[:1] != scales.shape:
            raise ValueError(f"{path}: rows of shape {rows.shape} with {scales.size} scales are no token table")
        self.shape: tuple[int, int] = rows.shape
        self.scales = scales
        self._first_kept = len(rows) - kept
        self._kept = np.array(rows[self._first_kept :])
        self._begin, self._row_bytes = rows.offset, rows.dtype.itemsize * rows.shape[1]
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    @classmethod
    def load(cls, folder: Path, kept: int = 0) -> TokenTable:
        """Open the table of a model folder; `kept` rows at its end, those of the control tokens, are held in memory."""
        return cls(folder / "tokens.npy", np.load(folder / "token_scales.npy"), kept)

    def embed(self, tokens: list[int]) -> NDArray[np.float32]:
        """Return the rows (len(tokens), hidden) as float32."""
        picked: NDArray[np.float32] = self._rows(tokens).astype(np.float32) * self.scales[tokens, None]
        return picked

    def _rows(self, tokens: list[int]) -> NDArray[np.generic]:
        if min(tokens) >= self._first_kept:
            return self._kept[np.subtract(tokens, self._first_kept)]
        rows = np.empty((len(tokens), self.shape[1]), self._kept.dtype)
        for row, token in zip(rows, tokens, strict=True):
            if token >= self._first_kept:
                row[:] = self._kept[token - self._first_kept]
            else:
                stored = os.pread(self._file, self._row_bytes, self._begin + token * self._row_bytes)
                row[:] = np.frombuffer(stored, row.dtype)
        return rows

    def score(self, hidden: NDArray[np.float32], tokens: list[int]) -> NDArray[np.float32]:
        """Return the logits (len(tokens),) of a hidden state (hidden,) for these tokens only."""
        scores: NDArray[np.float32] = self.embed(tokens) @ hidden
        return scores
