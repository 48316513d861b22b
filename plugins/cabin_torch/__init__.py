"""Runs and quantizes the intent model with torch."""

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
    """Register the engine; torch is imported when a model is loaded."""

    def load(folder, threads):  # type: ignore[no-untyped-def]
        _need_torch()
        from cabin_torch.backend import TorchBackend

        return TorchBackend(folder, threads)

    register("torch", load, "torch on the processor: fast, adds its own memory")


@hookimpl
def register_quantizers(register: Register[QuantizerFactory]) -> None:
    """Register the quantizer; torch is imported when it is used."""

    def make():  # type: ignore[no-untyped-def]
        _need_torch()
        from cabin_torch.quantizer import TorchQuantizer

        return TorchQuantizer()

    register("torch", make, "torch's own arithmetic: fp32, fp16, int8, int4, nf4")


def _need_torch() -> None:
    """Raise ModelError where torch is not installed: it is no part of cabin's own requirements."""
    import importlib.util

    from cabin.errors import ModelError, Problem

    if importlib.util.find_spec("torch") is None:
        raise ModelError(Problem("the package torch is not installed", hint="pip install 'cabin[torch]'"))
