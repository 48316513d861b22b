"""Where training begins: the base model cut to size, or a model that was trained before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import ModelError, Problem
from cabin.slm.package import ModelInfo, read_info
from cabin.slm.training.network import IntentNetwork

if TYPE_CHECKING:
    from cabin.slm.training.base import BaseModel
    from cabin.slm.vocabulary import Vocabulary

__all__ = ["from_base", "from_model"]

_NEW_ROW_SPREAD = 0.5
"""New tokens begin near the mean of all rows (Hewitt 2021), this share of the rows' deviation away from it."""


def from_base(source: BaseModel, layers: int, vocabulary: Vocabulary, seed: int) -> IntentNetwork:
    """Return the base model's first layers and tokens, with new rows for the control tokens."""
    architecture = source.architecture(layers, len(vocabulary))
    weights = source.weights(layers, vocabulary.text_size)
    rows = weights["embed_tokens.weight"]
    weights["embed_tokens.weight"] = _with_new_rows(rows, len(vocabulary.control), seed)
    network = IntentNetwork(architecture)
    network.load_state_dict(weights)
    return network


def from_model(folder: Path, layers: int, vocabulary: Vocabulary, seed: int) -> tuple[IntentNetwork, ModelInfo]:
    """Return a trained model of `cabin model build --keep-fp32` for another catalog, and what it is.

    Tokens of calls that both know keep their rows. Raises ModelError when the folder holds no FP32 weights or another
    shape of model.
    """
    import torch

    info = read_info(folder)
    try:
        with np.load(folder / "weights.npz") as stored:
            weights: dict[str, Any] = {name: torch.from_numpy(stored[name]) for name in stored.files}
    except (OSError, ValueError) as error:
        hint = "Give a folder of `cabin model build --keep-fp32`."
        raise ModelError(
            Problem("no FP32 weights to go on from", str(folder / "weights.npz"), str(error), hint=hint)
        ) from error
    text_size = info.architecture.tokens - len(info.control)
    if (info.architecture.layers, text_size) != (layers, vocabulary.text_size):
        seen = f"{info.architecture.layers} layers, {text_size} text tokens"
        expected = f"{layers} layers, {vocabulary.text_size} text tokens"
        raise ModelError(
            Problem(
                "the model to go on from has another shape",
                str(folder),
                seen,
                expected,
                "Change --layers or --text-tokens.",
            )
        )
    rows = weights["embed_tokens.weight"]
    table = _with_new_rows(rows[:text_size], len(vocabulary.control), seed)
    known = {name: text_size + at for at, name in enumerate(info.control)}
    for at, name in enumerate(vocabulary.control):
        if name in known:
            table[vocabulary.text_size + at] = rows[known[name]]
    weights["embed_tokens.weight"] = table
    architecture = type(info.architecture)(**{**info.architecture.to_json(), "tokens": len(vocabulary)})
    network = IntentNetwork(architecture)
    network.load_state_dict(weights)
    return network, info


def _with_new_rows(rows: Any, count: int, seed: int) -> Any:
    import torch

    noise = torch.randn(count, rows.shape[1], generator=torch.Generator().manual_seed(seed))
    return torch.cat((rows, rows.mean(0) + _NEW_ROW_SPREAD * rows.std() * noise))
