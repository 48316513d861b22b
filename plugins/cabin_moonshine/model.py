"""A rebuilt Moonshine model in memory: encode a sound once, then step the decoder.

No operator needs more than onnxruntime and numpy. Rows of the embedding are read from their file one token at a time
(416 bytes), so that the table stands in memory once, inside the output head.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import ModelError, Problem
from cabin_moonshine import architecture as files
from cabin_moonshine.architecture import load_architecture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.messages import Samples

__all__ = ["Cache", "EncodedSound", "MoonshineModel"]


@dataclass(frozen=True)
class EncodedSound:
    """What the decoder needs of a sound."""

    cross: dict[str, NDArray[np.float32]]
    """cross_key_I and cross_value_I, each (1, heads, frames, head_dim)."""
    samples: int
    """How many samples it was made from."""


@dataclass(frozen=True)
class Cache:
    """Keys and values of the tokens so far, one row a beam."""

    tensors: tuple[NDArray[np.float32], ...]
    """past_key_0, past_value_0, past_key_1 ...: each (beams, heads, length, head_dim)."""

    @property
    def length(self) -> int:
        """Tokens in it."""
        return int(self.tensors[0].shape[2])

    def select(self, beams: Sequence[int]) -> Cache:
        """Return the cache of these beams, in this order; a beam may come more than once."""
        if list(beams) == list(range(self.tensors[0].shape[0])):
            return self
        index = np.asarray(beams)
        return Cache(tuple(tensor[index] for tensor in self.tensors))

    def prefix(self, length: int, beams: int = 1) -> Cache:
        """Return the cache of the first `length` tokens of the first beam, `beams` times."""
        return Cache(tuple(np.repeat(tensor[:1, :, :length], beams, axis=0) for tensor in self.tensors))

    def beside(self, other: Cache) -> Cache:
        """Return the beams of both, of the same length, these first."""
        both = zip(self.tensors, other.tensors, strict=True)
        return Cache(tuple(np.concatenate(pair, axis=0) for pair in both))


class MoonshineModel:
    """Not thread-safe: one thread owns it."""

    def __init__(self, model_dir: Path, threads: int = 1) -> None:
        """Load the folder that the rebuild wrote. Raises ModelError when a file is missing or cannot be loaded."""
        self.shape = load_architecture(model_dir)
        self._embedding_fd = -1
        self._encoder = _session(model_dir / files.ENCODER_FILE, threads)
        self._decoder = _session(model_dir / files.DECODER_FILE, threads)
        layers = range(self.shape.decoder_layers)
        self._past_names = [f"past_{kind}_{layer}" for layer in layers for kind in ("key", "value")]
        self._cross_names = [f"cross_{kind}_{layer}" for layer in layers for kind in ("key", "value")]
        present = [f"present_{kind}_{layer}" for layer in layers for kind in ("key", "value")]
        self._step_outputs = ["log_probs", *present]
        self._embedding_fd = os.open(model_dir / files.EMBEDDING_FILE, os.O_RDONLY)

    def encode(self, samples: Samples) -> EncodedSound:
        """Encode shape (n,), mono float32 at 16 kHz, n at least MIN_SAMPLES."""
        sound = np.ascontiguousarray(samples[None], dtype=np.float32)
        outputs = self._encoder.run(self._cross_names, {"samples": sound})
        return EncodedSound(dict(zip(self._cross_names, outputs, strict=True)), len(samples))

    def empty_cache(self) -> Cache:
        """Return the cache of one beam with no tokens."""
        empty = np.zeros((1, self.shape.heads, 0, self.shape.head_dim), np.float32)
        return Cache(tuple(empty for _ in self._past_names))

    def step(self, tokens: NDArray[np.int64], cache: Cache, sound: EncodedSound) -> tuple[NDArray[np.float32], Cache]:
        """Append `tokens`, shape (beams, n), to the cache.

        Returns the natural logarithms of the next token's probabilities, shape (beams, n, vocabulary), and the new
        cache.
        """
        feeds: dict[str, Any] = dict(zip(self._past_names, cache.tensors, strict=True))
        feeds.update(sound.cross)
        feeds["embeddings"] = self.embed(tokens)
        feeds["position"] = np.array([cache.length], np.int64)
        log_probs, *present = self._decoder.run(self._step_outputs, feeds)
        return log_probs, Cache(tuple(present))

    def embed(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the embeddings, shape (*tokens.shape, hidden)."""
        width = self.shape.hidden
        rows = b"".join(os.pread(self._embedding_fd, width, int(token) * width) for token in tokens.reshape(-1))
        values = np.frombuffer(rows, np.int8).astype(np.float32).reshape(*tokens.shape, width)
        return (values - np.float32(self.shape.embedding_zero_point)) * np.float32(self.shape.embedding_scale)

    def close(self) -> None:
        """Free sessions and the file; no other call follows."""
        if self._embedding_fd >= 0:
            os.close(self._embedding_fd)
            self._embedding_fd = -1
        del self._encoder, self._decoder


def _session(path: Path, threads: int) -> Any:
    from cabin.onnx_runtime import load_onnxruntime

    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps the largest utterance's memory for ever; plain allocation costs under 1 % of the time.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graphs come out of the rebuild fused; only constants are left to fold.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no public base class
        hint = f"Run 'cabin models verify {path.parent.name}', then 'cabin models get {path.parent.name}'."
        raise ModelError(Problem("cannot be loaded", str(path), str(error).splitlines()[0][:300], hint=hint)) from error
