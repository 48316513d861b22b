"""Where training begins: the base model cut to size, or a model that was trained before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.errors import ModelError, Problem
from cabin.slm.package import ModelInfo, read_info
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.weights import read_weights

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


def from_model(folder: Path, layers: int | None, vocabulary: Vocabulary, seed: int) -> tuple[IntentNetwork, ModelInfo]:
    """Return a trained model for another catalog, and what it is; `folder` is in FP32 or quantized.

    Tokens of calls that both know keep their rows; a new one begins near the mean of its kind. Raises ModelError when
    the folder holds no weights, or another shape of model than asked for; without `layers` any number of them will do.
    """
    info = read_info(folder)
    weights = read_weights(folder, info.architecture)
    text_size = info.architecture.tokens - len(info.control)
    wanted = (info.architecture.layers if layers is None else layers, vocabulary.text_size)
    if (info.architecture.layers, text_size) != wanted:
        raise ModelError(
            Problem(
                "the model to go on from has another shape",
                str(folder),
                f"{info.architecture.layers} layers, {text_size} text tokens",
                f"{wanted[0]} layers, {wanted[1]} text tokens",
                "Change --layers or --text-tokens.",
            )
        )
    rows = weights["embed_tokens.weight"]
    weights["embed_tokens.weight"] = _table(rows, text_size, info.control, vocabulary, seed)
    architecture = type(info.architecture)(**{**info.architecture.to_json(), "tokens": len(vocabulary)})
    network = IntentNetwork(architecture)
    network.load_state_dict(weights)
    return network, info


def _table(rows: Any, text_size: int, before: Sequence[str], vocabulary: Vocabulary, seed: int) -> Any:
    """Return the rows of a trained model, put to the control tokens of another catalog."""
    table = _with_new_rows(rows[:text_size], len(vocabulary.control), seed)
    known = {name: text_size + at for at, name in enumerate(before)}
    kinds: dict[str, list[int]] = {}
    for name, at in known.items():
        kinds.setdefault(_kind(name), []).append(at)
    away = table[text_size:] - rows[:text_size].mean(0)
    for at, name in enumerate(vocabulary.control):
        if name in known:
            table[text_size + at] = rows[known[name]]
        elif _kind(name) in kinds:
            table[text_size + at] = rows[kinds[_kind(name)]].mean(0) + away[at]
    return table


def _kind(control: str) -> str:
    """Return what a control token is: a device, an action, a slot's value, the k-th number, a name, a refusal."""
    for mark in ("=", "#", ":"):
        before, found, behind = control.partition(mark)
        if found:
            return {"=": "=", "#": f"#{behind}", ":": f"{before}:"}[mark]
    return control


def _with_new_rows(rows: Any, count: int, seed: int) -> Any:
    import torch

    noise = torch.randn(count, rows.shape[1], generator=torch.Generator().manual_seed(seed))
    return torch.cat((rows, rows.mean(0) + _NEW_ROW_SPREAD * rows.std() * noise))
