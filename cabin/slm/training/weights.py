"""Weights of a model folder under the network's names: FP32 ones as they are, small ones made floats again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cabin.errors import ModelError, Problem
from cabin.quantization.tensors import read_tensors
from cabin.slm.package import ModelInfo, write_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from cabin.slm.architecture import Architecture
    from cabin.slm.training.network import IntentNetwork

__all__ = ["read_tokenizer", "read_weights", "write_fp32"]


def read_weights(folder: Path, architecture: Architecture) -> dict[str, Tensor]:
    """Return all weights in FP32.

    Reads weights.npz (`cabin model build --keep-fp32`) or, where there is none, the tensors of a quantized model.
    Raises ModelError when the folder has neither, or cannot be read.
    """
    file = folder / "weights.npz"
    if file.is_file():
        try:
            with np.load(file) as stored:
                return {name: torch.from_numpy(stored[name]) for name in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise _unusable(file, error) from error
    tensors = read_tensors(folder)
    try:
        found = dict(_unpacked({name: tensor.dequantize() for name, tensor in tensors.items()}, architecture))
        scales = np.load(folder / "token_scales.npy")
        found["embed_tokens.weight"] = np.load(folder / "tokens.npy").astype(np.float32) * scales[:, None]
    except (OSError, ValueError, KeyError) as error:
        raise _unusable(folder, error) from error
    return {name: torch.from_numpy(np.ascontiguousarray(weight)) for name, weight in found.items()}


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a model folder. Raises ModelError when it has none."""
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare exceptions for files that are none
        raise ModelError(Problem("no readable tokenizer", str(folder / "tokenizer.json"), str(error))) from error


def write_fp32(folder: Path, info: ModelInfo, network: IntentNetwork, tokenizer: Any) -> None:
    """Write an FP32 folder whole or not at all. Raises ModelError when the disk does not take it."""
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}

    def fill(part: Path) -> None:
        np.savez(part / "weights.npz", **weights)
        (part / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
        (part / "model.json").write_text(json.dumps(info.to_json(), indent=1) + "\n", encoding="utf-8")

    write_folder(folder, fill)


def _unpacked(tensors: dict[str, NDArray[np.float32]], a: Architecture) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the network's matrices (out, in) out of the products (in, out) stored as one; norms as they are."""
    key_values = a.kv_heads * a.head_size
    for layer in range(a.layers):
        at = f"layers.{layer}"
        qkv = np.split(tensors[f"{at}.self_attn.qkv"].T, [a.hidden, a.hidden + key_values])
        gate_up = np.split(tensors[f"{at}.mlp.gate_up"].T, 2)
        parts = dict(zip(("q", "k", "v"), qkv, strict=True)) | {"o": tensors[f"{at}.self_attn.o"].T}
        yield from ((f"{at}.self_attn.{name}_proj.weight", weight) for name, weight in parts.items())
        fed = dict(zip(("gate", "up"), gate_up, strict=True)) | {"down": tensors[f"{at}.mlp.down"].T}
        yield from ((f"{at}.mlp.{name}_proj.weight", weight) for name, weight in fed.items())
        for name in ("input_layernorm", "post_attention_layernorm"):
            yield f"{at}.{name}.weight", tensors[f"{at}.{name}"]
    yield "norm.weight", tensors["norm"]


def _unusable(path: Path, error: Exception) -> ModelError:
    hint = "Give a folder of `cabin model build --keep-fp32`, or another model folder."
    return ModelError(Problem("no weights to go on from", str(path), str(error), hint=hint))
