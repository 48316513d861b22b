"""The decoder of a model folder for engines that compute it themselves: shape, tensors, rotary angles.

An engine that reads decoder.onnx needs none of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem
from cabin.quantization.tensors import INDEX_FILE, StoredTensor, read_tensors
from cabin.slm.architecture import Architecture
from cabin.slm.package import read_info

__all__ = ["StoredDecoder", "read_decoder", "rotary_tables", "tensor_shapes"]


@dataclass(frozen=True)
class StoredDecoder:
    """What is on disk, complete and of the right shapes."""

    architecture: Architecture
    tensors: Mapping[str, StoredTensor]
    """By the names of cabin.quantization.tensors; their arrays are parts of the mapped file."""


def read_decoder(folder: Path) -> StoredDecoder:
    """Read shape and tensors of a model folder.

    Raises ModelError when it is no model, has no index of its tensors, or tensors are missing or of other shapes.
    """
    architecture = read_info(folder).architecture
    tensors = read_tensors(folder)
    problems = []
    for name, shape in tensor_shapes(architecture).items():
        seen = f"shape {tensors[name].shape}" if name in tensors else "nothing"
        if name not in tensors or tensors[name].shape != shape:
            hint = "Write the model again with `cabin model quantize`."
            problems.append(Problem(f"tensor {name} does not fit", str(folder / INDEX_FILE), seen, str(shape), hint))
    if problems:
        raise ModelError(problems)
    return StoredDecoder(architecture, tensors)


def tensor_shapes(a: Architecture) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every tensor: products (in, out), norms (hidden,)."""
    shapes: dict[str, tuple[int, ...]] = {"norm": (a.hidden,)}
    for layer in range(a.layers):
        at = f"layers.{layer}"
        shapes[f"{at}.input_layernorm"] = shapes[f"{at}.post_attention_layernorm"] = (a.hidden,)
        shapes[f"{at}.self_attn.qkv"] = (a.hidden, a.hidden + 2 * a.kv_heads * a.head_size)
        shapes[f"{at}.self_attn.o"] = (a.hidden, a.hidden)
        shapes[f"{at}.mlp.gate_up"] = (a.hidden, 2 * a.feed_forward)
        shapes[f"{at}.mlp.down"] = (a.feed_forward, a.hidden)
    return shapes


def rotary_tables(a: Architecture) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return cosines and sines (max_length, 1, head_size) of the rotary position embedding (arXiv 2104.09864).

    Halves layout as in Llama checkpoints: x cos + swapped(x) sin turns a head, with the halves of x swapped. The minus
    of the first half is in the sines.
    """
    half = a.head_size // 2
    frequency = a.rope_theta ** (-np.arange(half, dtype=np.float64) / half)
    angle = np.outer(np.arange(a.max_length, dtype=np.float64), frequency)[:, None]
    cos, sin = np.cos(angle), np.sin(angle)
    return (
        np.concatenate((cos, cos), axis=-1).astype(np.float32),
        np.concatenate((-sin, sin), axis=-1).astype(np.float32),
    )
