"""What every quantizer does alike: read the FP32 weights, make the token table, write the folder and its report.

A quantizer itself decides how the products' numbers are found and in which files they lie.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem, UsageError, nearest
from cabin.quantization.mapping import Quantized, quantize
from cabin.quantization.report import QuantizationReport, tensor_error
from cabin.quantization.scheme import Scheme
from cabin.slm.package import read_info, write_folder

__all__ = ["Mapper", "Weights", "check_overrides", "packed_products", "read_weights", "write_model"]

Weights = Mapping[str, NDArray[np.float32]]
"""By the names of SmolLM2's checkpoint, matrices (out, in)."""

Mapper = Callable[[NDArray[np.float32], Scheme], Quantized]
"""Maps a matrix (out, in) to small numbers, as cabin.quantization.mapping.quantize does."""

_KEPT = ("tokenizer.json", "calibration.json", "familiar.npy", "LICENSE", "NOTICE")
_TABLE_FILES = ("tokens.npy", "token_scales.npy")


def read_weights(source: Path, scheme: Scheme) -> dict[str, NDArray[np.float32]]:
    """Return all weights of an FP32 folder.

    Raises ModelError when it holds none, or the format cannot hold a number in them.
    """
    path = source / "weights.npz"
    try:
        with np.load(path) as stored:
            weights = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        hint = "Give the folder of `cabin model build --keep-fp32`."
        raise ModelError(Problem("no FP32 weights to quantize", str(path), str(error), hint=hint)) from error
    most = np.finfo(np.float16 if scheme.bits == 16 else np.float32).max
    wrong = [name for name, weight in weights.items() if not (np.abs(weight) <= most).all()]
    if wrong:
        expected = f"finite numbers that {scheme.number_format} can hold"
        raise ModelError([Problem(f"weights of {name} cannot be stored", str(path), "", expected) for name in wrong])
    return weights


def packed_products(weights: Weights, layers: int) -> dict[str, NDArray[np.float32]]:
    """Return the four products of each layer by their stored names, as matrices (out, in).

    Query, key and value are one, gate and up are one.
    """
    products = {}
    for layer in range(layers):
        attention, feed = f"layers.{layer}.self_attn", f"layers.{layer}.mlp"
        products[f"{attention}.qkv"] = np.concatenate([weights[f"{attention}.{part}_proj.weight"] for part in "qkv"])
        products[f"{attention}.o"] = weights[f"{attention}.o_proj.weight"]
        halves = [weights[f"{feed}.{part}_proj.weight"] for part in ("gate", "up")]
        products[f"{feed}.gate_up"] = np.concatenate(halves)
        products[f"{feed}.down"] = weights[f"{feed}.down_proj.weight"]
    return products


def check_overrides(scheme: Scheme, products: Collection[str]) -> None:
    """Raise UsageError for each scheme of a product that the model does not have."""
    wrong = [name for name, _ in scheme.overrides if name not in products]
    if wrong:
        raise UsageError(
            [Problem(f"the model has no product {name!r}", hint=nearest(name, products)) for name in wrong]
        )


def write_model(
    source: Path,
    target: Path,
    report: QuantizationReport,
    embedding: NDArray[np.float32],
    save: Callable[[Path], Sequence[str]],
    mapping: Mapper = quantize,
) -> QuantizationReport:
    """Write the folder `target` whole or not at all and return the report, completed by token table and bytes.

    `embedding` is the token table in FP32, which `mapping` makes small; `save` writes the decoder into a folder and
    returns the names of its files that hold weights. Raises ModelError.
    """
    info = read_info(source)
    rows, scales, table_scheme = _token_table(embedding, report.scheme, mapping)
    real = rows.astype(np.float32) * scales[:, None]
    moved = tensor_error("embed_tokens", embedding, real, rows.nbytes + scales.nbytes)
    done = dataclasses.replace(
        report,
        tensors=(*report.tensors, moved),
        measured={**report.measured, "token_table": table_scheme.name},
    )

    def fill(folder: Path) -> None:
        nonlocal done
        files = (*save(folder), *_TABLE_FILES)
        np.save(folder / "tokens.npy", rows)
        np.save(folder / "token_scales.npy", scales)
        for name in _KEPT:
            if (source / name).is_file():
                shutil.copyfile(source / name, folder / name)
        named = dataclasses.replace(info, number_format=report.scheme.name)
        (folder / "model.json").write_text(json.dumps(named.to_json(), indent=1) + "\n", encoding="utf-8")
        done = dataclasses.replace(done, bytes_after=sum((folder / name).stat().st_size for name in files))
        done.write(folder / "quantization.json")

    write_folder(target, fill)
    return done


def _token_table(
    table: NDArray[np.float32], scheme: Scheme, mapping: Mapper
) -> tuple[NDArray[np.generic], NDArray[np.float32], Scheme]:
    """Return rows, scales and scheme of the token table, of 8 bits at least: few rows are read, so it costs nothing."""
    ones = np.ones(len(table), np.float32)
    if scheme.bits == 32:
        return table, ones, scheme
    if scheme.bits == 16:
        return table.astype(np.float16), ones, scheme
    per_row = Scheme("int8", "channel")
    small = mapping(table, per_row)
    return small.values, small.scales[:, 0], per_row
