"""The base model: SmolLM2-135M-Instruct out of its GGUF file, cut to what the intent model keeps.

llama.cpp stores the rotary halves of query and key interleaved; they are put back as Llama checkpoints hold them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cabin.errors import ModelError, Problem
from cabin.slm.architecture import Architecture

__all__ = ["BaseModel"]

_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


class BaseModel:
    """A GGUF file of the Llama family, read lazily. Raises ModelError for a file that is none."""

    def __init__(self, path: Path) -> None:
        from gguf import GGUFReader

        self._path = path
        try:
            self._reader = GGUFReader(str(path))
        except (OSError, ValueError, IndexError, KeyError) as error:  # what the reader raises for broken files
            raise ModelError(
                Problem(
                    "not a readable GGUF file",
                    where=str(path),
                    seen=str(error),
                    expected="SmolLM2-135M-Instruct as GGUF",
                    hint="Fetch it again with `cabin models get smollm2-135m`.",
                )
            ) from error
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}

    def _field(self, name: str) -> Any:
        if name not in self._reader.fields:
            raise self._not_llama(name)
        return self._reader.fields[name].contents()

    def _not_llama(self, missing: str) -> ModelError:
        expected = "SmolLM2-135M-Instruct or another model of the Llama family"
        return ModelError(Problem("not a base model", str(self._path), f"no {missing}", expected))

    def architecture(self, layers: int, tokens: int) -> Architecture:
        """Return this model's proportions with another number of layers and tokens."""
        return Architecture(
            layers=layers,
            hidden=int(self._field("llama.embedding_length")),
            heads=int(self._field("llama.attention.head_count")),
            kv_heads=int(self._field("llama.attention.head_count_kv")),
            feed_forward=int(self._field("llama.feed_forward_length")),
            tokens=tokens,
            rope_theta=float(self._field("llama.rope.freq_base")),
            norm_eps=round(float(self._field("llama.attention.layer_norm_rms_epsilon")), 9),
        )

    def tokenizer_json(self) -> str:
        """Return the byte-level BPE in the tokenizers library's JSON (digits one by one, as SmolLM2 was trained)."""
        pieces = self._field("tokenizer.ggml.tokens")
        merges = [merge.split(" ", 1) for merge in self._field("tokenizer.ggml.merges")]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        fields: dict[str, Any] = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level],
            },
            "post_processor": None,
            "decoder": byte_level,
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": None,
                "end_of_word_suffix": None,
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": {piece: at for at, piece in enumerate(pieces)},
                "merges": merges,
            },
        }
        return json.dumps(fields, ensure_ascii=False)

    def weights(self, layers: int, text_tokens: int) -> dict[str, Tensor]:
        """Return FP32 weights of the first layers and tokens, named as cabin.slm.training.network names them."""
        heads = int(self._field("llama.attention.head_count"))
        kv_heads = int(self._field("llama.attention.head_count_kv"))
        found = {
            "embed_tokens.weight": self._tensor("token_embd.weight")[:text_tokens],
            "norm.weight": self._tensor("output_norm.weight"),
        }
        for layer in range(layers):
            for theirs, ours in _LAYER_NAMES.items():
                weight = self._tensor(f"blk.{layer}.{theirs}.weight")
                if theirs == "attn_q":
                    weight = _halves(weight, heads)
                elif theirs == "attn_k":
                    weight = _halves(weight, kv_heads)
                found[f"layers.{layer}.{ours}.weight"] = weight
        return {name: torch.from_numpy(np.ascontiguousarray(weight)) for name, weight in found.items()}

    def _tensor(self, name: str) -> NDArray[np.float32]:
        from gguf.quants import dequantize

        if name not in self._tensors:
            raise self._not_llama(name)
        tensor = self._tensors[name]
        array: NDArray[np.float32] = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        return array


def _halves(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Undo llama.cpp's interleaving of the rotary pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
