"""Quantizes the intent model with torch's arithmetic, into a folder that the backends torch and numpy run.

It writes no decoder.onnx, which the backend onnx needs; `cabin model quantize` with the backend onnx does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cabin.errors import ModelError, Problem
from cabin.quantization.model_folder import check_overrides, packed_products, read_weights, write_model
from cabin.quantization.report import QuantizationReport, tensor_error
from cabin.quantization.scheme import FORMATS, Scheme
from cabin.quantization.tensors import WEIGHTS_FILE, StoredTensor, float_tensor, small_tensor, write_tensors
from cabin.slm.package import read_info
from cabin_torch.mapping import quantize

__all__ = ["TorchQuantizer"]


class TorchQuantizer:
    """A Quantizer that writes the tensors and the token table."""

    name = "torch"

    def schemes(self) -> tuple[str, ...]:
        """Return the number formats that it writes."""
        return FORMATS

    def quantize(self, source: Path, target: Path, scheme: Scheme) -> QuantizationReport:
        """Read the FP32 folder `source` (weights.npz), write `target` whole or not at all, and report.

        Raises ModelError when the weights cannot be read or stored, UsageError for an override of no product.
        """
        layers = read_info(source).architecture.layers
        weights = read_weights(source, scheme)
        products = packed_products(weights, layers)
        check_overrides(scheme, products)
        tensors, errors = [], []
        for name, weight in products.items():
            try:
                stored = _store(name, weight, scheme.of(name))
            except ValueError as error:
                what = f"the weights cannot be stored as {scheme.name}"
                raise ModelError(Problem(what, str(source), str(error))) from error
            tensors.append(stored)
            errors.append(tensor_error(name, np.ascontiguousarray(weight.T), stored.dequantize(), stored.bytes))
        for name, weight in weights.items():
            if weight.ndim == 1:
                tensors.append(float_tensor(name.removesuffix(".weight"), weight, Scheme("fp32")))
        before = sum(weight.nbytes for weight in weights.values())
        report = QuantizationReport(scheme, self.name, before, 0, tuple(errors))

        def save(folder: Path) -> tuple[str, ...]:
            write_tensors(folder, tensors)
            return (WEIGHTS_FILE,)

        return write_model(source, target, report, weights["embed_tokens.weight"], save, quantize)


def _store(name: str, weight: np.ndarray[tuple[int, int], np.dtype[np.float32]], scheme: Scheme) -> StoredTensor:
    if scheme.bits > 8:
        return float_tensor(name, np.ascontiguousarray(weight.T), scheme)
    return small_tensor(name, quantize(weight, scheme))
