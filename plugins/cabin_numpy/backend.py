"""The decoder in plain numpy, FP32 arithmetic over weights that stay as they are stored.

What it computes is what cabin.slm.training.network trains and what decoder.onnx holds: root-mean-square norms, rotary
positions, grouped-query attention with a cache, a gated feed-forward. Unlike ONNX Runtime it does not quantize
activations, so it gives what the stored weights stand for: other engines are tested against it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.tensors import StoredTensor
from cabin.slm.stored_decoder import read_decoder, rotary_tables
from cabin_numpy.products import make_product
from cabin_numpy.threads import limited_to

__all__ = ["NumpyBackend"]

Floats = NDArray[np.float32]


class NumpyBackend:
    """An InferenceBackend. Raises ModelError when the folder has no tensors that it can read."""

    name = "numpy"

    def __init__(self, folder: Path, threads: int = 1) -> None:
        stored = read_decoder(folder)
        self._architecture = a = stored.architecture
        self._threads = threads
        self._cos, self._sin = rotary_tables(a)
        self._products = {name: make_product(t) for name, t in stored.tensors.items() if len(t.shape) == 2}
        self._norms = {name: _as_floats(t) for name, t in stored.tensors.items() if len(t.shape) == 1}
        shape = (a.layers, a.kv_heads, a.max_length, a.head_size)
        self._keys, self._values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self._length = 0

    def start(self) -> None:
        """Forget the cache."""
        self._length = 0

    def rewind(self, length: int) -> None:
        """Cut the cache back to `length` tokens."""
        self._length = min(length, self._length)

    def step(self, embeddings: Floats) -> Floats:
        """Append tokens: (t, hidden) in, hidden states (t, hidden) out. Raises ValueError past max_length tokens."""
        if self._length + len(embeddings) > self._architecture.max_length:
            raise ValueError(f"more than {self._architecture.max_length} tokens")
        with limited_to(self._threads):
            x = embeddings
            for layer in range(self._architecture.layers):
                at = f"layers.{layer}"
                x = x + self._attention(layer, self._norm(f"{at}.input_layernorm", x))
                x = x + self._feed_forward(layer, self._norm(f"{at}.post_attention_layernorm", x))
            self._length += len(embeddings)
            return self._norm("norm", x)

    def _norm(self, name: str, x: Floats) -> Floats:
        """Root-mean-square norm (Zhang and Sennrich 2019, arXiv 1910.07467)."""
        power = np.square(x).mean(axis=-1, keepdims=True)
        normed: Floats = x / np.sqrt(power + np.float32(self._architecture.norm_eps)) * self._norms[name]
        return normed

    def _attention(self, layer: int, x: Floats) -> Floats:
        a, begin, end = self._architecture, self._length, self._length + len(x)
        qkv = self._products[f"layers.{layer}.self_attn.qkv"](x).reshape(len(x), -1, a.head_size)
        turned = self._turn(qkv[:, : a.heads + a.kv_heads], begin, end)
        keys, values = self._keys[layer], self._values[layer]
        keys[:, begin:end] = turned[:, a.heads :].swapaxes(0, 1)
        values[:, begin:end] = qkv[:, a.heads + a.kv_heads :].swapaxes(0, 1)
        queries = turned[:, : a.heads].swapaxes(0, 1).reshape(a.kv_heads, -1, a.head_size)  # a group's heads, in rows
        scores = queries @ keys[:, :end].swapaxes(1, 2) * np.float32(a.head_size**-0.5)
        mixed = _softmax(scores.reshape(a.heads, len(x), end) + _future(begin, end)).reshape(a.kv_heads, -1, end)
        heads = (mixed @ values[:, :end]).reshape(a.heads, len(x), a.head_size)
        return self._products[f"layers.{layer}.self_attn.o"](heads.swapaxes(0, 1).reshape(len(x), -1))

    def _turn(self, heads: Floats, begin: int, end: int) -> Floats:
        half = self._architecture.head_size // 2
        swapped = np.concatenate((heads[..., half:], heads[..., :half]), axis=-1)
        turned: Floats = heads * self._cos[begin:end] + swapped * self._sin[begin:end]
        return turned

    def _feed_forward(self, layer: int, x: Floats) -> Floats:
        both = self._products[f"layers.{layer}.mlp.gate_up"](x)
        gate, up = np.split(both, 2, axis=-1)
        half = np.float32(0.5)
        sigmoid: Floats = half + half * np.tanh(half * gate)  # exp(-gate) could overflow
        return self._products[f"layers.{layer}.mlp.down"](gate * sigmoid * up)


def _as_floats(tensor: StoredTensor) -> Floats:
    return np.array(tensor.dequantize())


def _future(begin: int, end: int) -> Floats:
    """Return (t, end): minus infinity where a token would look at one that comes after it, else 0."""
    later = np.arange(end)[None] > np.arange(begin, end)[:, None]
    return np.where(later, np.float32(-np.inf), np.float32(0))


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    softmax: Floats = shares / shares.sum(axis=-1, keepdims=True)
    return softmax
