"""Quantizes the intent model for ONNX Runtime."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem, UsageError, nearest
from cabin.quantization.mapping import quantize
from cabin.quantization.report import QuantizationReport, tensor_error
from cabin.quantization.scheme import FORMATS, Scheme
from cabin.slm.package import read_info, write_folder
from cabin_onnx.formats import FormatWriter
from cabin_onnx.graph import build_graph
from cabin_onnx.storage import save_decoder

__all__ = ["WEIGHT_FILES", "OnnxQuantizer"]

WEIGHT_FILES = ("decoder.onnx", "weights.bin", "tokens.npy", "token_scales.npy")
_KEPT = ("tokenizer.json", "calibration.json", "LICENSE", "NOTICE")


class OnnxQuantizer:
    """A Quantizer that writes decoder.onnx and the token table."""

    name = "onnx"

    def schemes(self) -> tuple[str, ...]:
        """Return the number formats that it writes."""
        return FORMATS

    def quantize(self, source: Path, target: Path, scheme: Scheme) -> QuantizationReport:
        """Read the FP32 folder `source` (weights.npz), write `target` whole or not at all, and report.

        Raises ModelError when the weights cannot be read or stored, UsageError for an override of no product.
        """
        info = read_info(source)
        weights = _read_weights(source / "weights.npz", scheme)
        writer = FormatWriter(scheme)
        try:
            graph = build_graph(info.architecture, weights, writer)
        except ValueError as error:
            raise ModelError(
                Problem(f"the weights cannot be stored as {scheme.name}", str(source), str(error))
            ) from error
        _check_overrides(scheme, [tensor.name for tensor in writer.tensors])
        rows, scales, table_scheme = _table(weights["embed_tokens.weight"], scheme)
        real = rows.astype(np.float32) * scales[:, None]
        writer.errors.append(
            tensor_error("embed_tokens", weights["embed_tokens.weight"], real, rows.nbytes + scales.nbytes)
        )
        report = QuantizationReport(
            scheme,
            self.name,
            sum(w.nbytes for w in weights.values()),
            0,
            tuple(writer.errors),
            {"token_table": table_scheme.name},
        )

        def fill(folder: Path) -> None:
            nonlocal report
            save_decoder(graph, folder, writer.tensors)
            np.save(folder / "tokens.npy", rows)
            np.save(folder / "token_scales.npy", scales)
            for name in _KEPT:
                if (source / name).is_file():
                    shutil.copyfile(source / name, folder / name)
            named = dataclasses.replace(info, number_format=scheme.name)
            (folder / "model.json").write_text(json.dumps(named.to_json(), indent=1) + "\n", encoding="utf-8")
            size = sum((folder / name).stat().st_size for name in WEIGHT_FILES)
            report = dataclasses.replace(report, bytes_after=size)
            report.write(folder / "quantization.json")

        write_folder(target, fill)
        return report


def _check_overrides(scheme: Scheme, products: Sequence[str]) -> None:
    wrong = [name for name, _ in scheme.overrides if name not in products]
    if wrong:
        raise UsageError(
            [Problem(f"the model has no product {name!r}", hint=nearest(name, products)) for name in wrong]
        )


def _read_weights(path: Path, scheme: Scheme) -> dict[str, NDArray[np.float32]]:
    """Return all weights. Raises ModelError when the file is none, or the format cannot hold a number in it."""
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


def _table(table: NDArray[np.float32], scheme: Scheme) -> tuple[NDArray[np.generic], NDArray[np.float32], Scheme]:
    """Return rows, scales and scheme of the token table, of 8 bits at least: few rows are read, so it costs nothing."""
    ones = np.ones(len(table), np.float32)
    if scheme.bits == 32:
        return table, ones, scheme
    if scheme.bits == 16:
        return table.astype(np.float16), ones, scheme
    per_row = Scheme("int8", "channel")
    small = quantize(table, per_row)
    return small.values, small.scales[:, 0], per_row
