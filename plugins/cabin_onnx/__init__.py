"""Runs and quantizes the intent model with ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.quantization.backend import QuantizerFactory
    from cabin.slm.backend import InferenceBackendFactory

__all__ = ["register_inference_backends", "register_quantizers"]


@hookimpl
def register_inference_backends(register: Register[InferenceBackendFactory]) -> None:
    """Register the engine; onnxruntime is imported when a model is loaded."""

    def load(folder, threads):  # type: ignore[no-untyped-def]
        from cabin_onnx.backend import OnnxBackend

        return OnnxBackend(folder, threads)

    register("onnx", load, "ONNX Runtime on the processor")


@hookimpl
def register_quantizers(register: Register[QuantizerFactory]) -> None:
    """Register the quantizer; onnx is imported when it is used."""

    def make():  # type: ignore[no-untyped-def]
        from cabin_onnx.quantizer import OnnxQuantizer

        return OnnxQuantizer()

    register("onnx", make, "ONNX: fp32, fp16, int8, int4, nf4, and mixtures of them")
