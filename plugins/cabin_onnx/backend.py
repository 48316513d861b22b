"""Runs the intent model with ONNX Runtime: one thread, no spinning, no arena, weights in memory once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem
from cabin.slm.architecture import Architecture

__all__ = ["OnnxBackend"]


class OnnxBackend:
    """An InferenceBackend over `decoder.onnx` of a model folder. Raises ModelError when it cannot be loaded."""

    name = "onnx"

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from cabin.onnx_runtime import load_onnxruntime

        onnxruntime = load_onnxruntime()
        path = folder / "decoder.onnx"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._architecture = Architecture.from_json(json.loads((folder / "model.json").read_text())["architecture"])
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError(
                Problem(
                    "the intent model cannot be loaded",
                    where=str(path),
                    seen=str(error).splitlines()[0][:200],
                    expected="a decoder written by `cabin model build` or `cabin model quantize`",
                    hint="Check the folder with `cabin model info`, or build the model again.",
                )
            ) from error
        self._names = [f"{layer}.{part}" for layer in range(self._architecture.layers) for part in ("key", "value")]
        self._outputs = ["hidden", *(f"present.{name}" for name in self._names)]
        self._cache: list[NDArray[np.float32]] = []
        self.start()

    def start(self) -> None:
        """Forget the cache."""
        a = self._architecture
        self._cache = [np.zeros((1, a.kv_heads, 0, a.head_size), np.float32)] * len(self._names)

    def step(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append tokens: (t, hidden) in, hidden states (t, hidden) out."""
        total = self._cache[0].shape[2] + len(embeddings)
        feed: dict[str, Any] = {
            "embeddings": embeddings[None],
            "last": np.array([total - 1], np.int32),
            "total": np.array(total, np.int32),
        }
        feed.update((f"past.{name}", past) for name, past in zip(self._names, self._cache, strict=True))
        hidden, *self._cache = self._session.run(self._outputs, feed)
        states: NDArray[np.float32] = hidden[0]
        return states

    def rewind(self, length: int) -> None:
        """Cut the cache back to `length` tokens."""
        self._cache = [np.ascontiguousarray(part[:, :, :length]) for part in self._cache]
