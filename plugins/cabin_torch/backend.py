"""The decoder in torch on the processor: quantized products, a cache written in place, no gradients.

The number of threads is one for the whole process in torch; it is set at the start of each utterance.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cabin.slm.stored_decoder import read_decoder, rotary_tables
from cabin_torch.products import make_product

__all__ = ["TorchBackend"]


class TorchBackend:
    """An InferenceBackend. Raises ModelError when the folder has no tensors that it can read."""

    name = "torch"

    def __init__(self, folder: Path, threads: int = 1) -> None:
        stored = read_decoder(folder)
        self._architecture = a = stored.architecture
        self._threads = threads
        self.start()
        self._cos, self._sin = (torch.from_numpy(table) for table in rotary_tables(a))
        self._products = {name: make_product(t) for name, t in stored.tensors.items() if len(t.shape) == 2}
        self._norms = {name: torch.tensor(t.dequantize()) for name, t in stored.tensors.items() if len(t.shape) == 1}
        shape = (a.layers, a.kv_heads, a.max_length, a.head_size)
        self._keys, self._values = torch.zeros(shape), torch.zeros(shape)

    def start(self) -> None:
        """Forget the cache."""
        self._length = 0
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)

    def rewind(self, length: int) -> None:
        """Cut the cache back to `length` tokens."""
        self._length = min(length, self._length)

    def step(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append tokens: (t, hidden) in, hidden states (t, hidden) out. Raises ValueError past max_length tokens."""
        if self._length + len(embeddings) > self._architecture.max_length:
            raise ValueError(f"more than {self._architecture.max_length} tokens")
        with torch.inference_mode():
            x = torch.tensor(embeddings)
            future = self._future(len(embeddings))
            for layer in range(self._architecture.layers):
                at = f"layers.{layer}"
                x = x + self._attention(layer, self._norm(f"{at}.input_layernorm", x), future)
                x = x + self._feed_forward(layer, self._norm(f"{at}.post_attention_layernorm", x))
            self._length += len(embeddings)
            states: NDArray[np.float32] = self._norm("norm", x).numpy()
            return states

    def _norm(self, name: str, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self._norms[name], self._architecture.norm_eps)

    def _future(self, t: int) -> Tensor | None:
        """Return (t, length): minus infinity where a token would look at a later one; None for one token."""
        if t == 1:
            return None
        mask = torch.full((t, self._length + t), float("-inf"))
        return mask.triu_(self._length + 1)

    def _attention(self, layer: int, x: Tensor, future: Tensor | None) -> Tensor:
        a, begin, end = self._architecture, self._length, self._length + len(x)
        qkv = self._products[f"layers.{layer}.self_attn.qkv"](x).view(len(x), -1, a.head_size)
        turned = self._turn(qkv[:, : a.heads + a.kv_heads], begin, end)
        keys, values = self._keys[layer], self._values[layer]
        keys[:, begin:end] = turned[:, a.heads :].transpose(0, 1)
        values[:, begin:end] = qkv[:, a.heads + a.kv_heads :].transpose(0, 1)
        queries = turned[:, : a.heads].transpose(0, 1).reshape(a.kv_heads, -1, a.head_size)  # a group's heads, in rows
        scores = torch.bmm(queries * a.head_size**-0.5, keys[:, :end].transpose(1, 2))
        if future is not None:
            scores = (scores.view(a.heads, len(x), end) + future).view(a.kv_heads, -1, end)
        heads = torch.bmm(scores.softmax(-1), values[:, :end]).view(a.heads, len(x), a.head_size)
        return self._products[f"layers.{layer}.self_attn.o"](heads.transpose(0, 1).reshape(len(x), -1))

    def _turn(self, heads: Tensor, begin: int, end: int) -> Tensor:
        swapped = heads.roll(self._architecture.head_size // 2, -1)
        return torch.addcmul(heads * self._cos[begin:end], swapped, self._sin[begin:end])

    def _feed_forward(self, layer: int, x: Tensor) -> Tensor:
        gate, up = self._products[f"layers.{layer}.mlp.gate_up"](x).chunk(2, dim=-1)
        return self._products[f"layers.{layer}.mlp.down"](functional.silu(gate) * up)
