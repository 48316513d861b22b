"""Runs the intent model with nothing but numpy: for machines without ONNX Runtime and torch, and as a yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.slm.backend import InferenceBackendFactory

__all__ = ["register_inference_backends"]


@hookimpl
def register_inference_backends(register: Register[InferenceBackendFactory]) -> None:
    """Register the engine."""

    def load(folder, threads):  # type: ignore[no-untyped-def]
        from cabin_numpy.backend import NumpyBackend

        return NumpyBackend(folder, threads)

    register("numpy", load, "numpy alone: small, slow, needs no engine")
