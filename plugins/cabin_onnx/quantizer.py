"""Quantizes the intent model for ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

from cabin.errors import ModelError, Problem
from cabin.quantization.model_folder import check_overrides, read_weights, write_model
from cabin.quantization.report import QuantizationReport
from cabin.quantization.scheme import FORMATS, Scheme
from cabin.quantization.tensors import WEIGHTS_FILE
from cabin.slm.package import read_info
from cabin_onnx.formats import FormatWriter
from cabin_onnx.graph import build_graph
from cabin_onnx.storage import save_decoder

__all__ = ["OnnxQuantizer"]


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
        architecture = read_info(source).architecture
        weights = read_weights(source, scheme)
        writer = FormatWriter(scheme)
        try:
            graph = build_graph(architecture, weights, writer)
        except ValueError as error:
            raise ModelError(
                Problem(f"the weights cannot be stored as {scheme.name}", str(source), str(error))
            ) from error
        check_overrides(scheme, [tensor.name for tensor in writer.tensors])
        before = sum(weight.nbytes for weight in weights.values())
        report = QuantizationReport(scheme, self.name, before, 0, tuple(writer.errors))

        def save(folder: Path) -> tuple[str, ...]:
            save_decoder(graph, folder, writer.tensors)
            return "decoder.onnx", WEIGHTS_FILE

        return write_model(source, target, report, weights["embed_tokens.weight"], save)
