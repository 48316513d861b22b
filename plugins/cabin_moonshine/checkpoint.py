"""The weights of a published Moonshine model, taken out of its .ort files without changing a value.

The publisher's files hold every matrix as 8-bit integers with one scale and one zero point, so nothing has to be
quantized again: (value - zero_point) * scale gives the same number before and after. Two layouts exist. The base model
keeps `NAME_quantized` (INT8), `NAME_scale` and an offset `NAME_zero_point` in the unit of the weights, undone by Cast,
Mul and Add at run time; the tiny model keeps unsigned integers with an integer zero point as ONNX Runtime's integer
operators want them.

Needs the packages onnx and onnxruntime; used by the rebuild alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cabin.errors import ModelError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Affine", "Checkpoint", "load_checkpoint", "ort_to_onnx"]

_LINEAR = re.compile(r"^(/model/decoder)?/layers\.(\d+)/(self_attn|encoder_attn|mlp)/(\w+)/MatMul(_quant)?$")
_VECTOR = re.compile(r"^(model\.decoder\.)?((?:layers\.\d+\.)?[a-z_0-9.]+\.(?:weight|bias))(?:_merged_\d+)?$")
_PARTS = {"dense": "o_proj", "up_proj": "fc1", "down_proj": "fc2"}
_EMBEDDING = "model.decoder.embed_tokens.weight_merged_0"
_GRID_TOLERANCE = 1e-3

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Affine:
    """A quantized tensor: (values - zero_point) * scale."""

    values: NDArray[np.int8]
    scale: float
    zero_point: int
    """-128 to 127."""

    def dequantize(self) -> NDArray[np.float32]:
        """Return the tensor in FP32."""
        shifted = self.values.astype(np.float32) - np.float32(self.zero_point)
        return (shifted * np.float32(self.scale)).astype(np.float32)

    def with_values(self, values: NDArray[np.int8]) -> Affine:
        """Return another arrangement of the same values."""
        return Affine(np.ascontiguousarray(values), self.scale, self.zero_point)


@dataclass(frozen=True)
class Checkpoint:
    """All weights, by names such as "decoder.layers.3.encoder_attn.q_proj" and "encoder.layers.0.mlp.fc1.bias"."""

    matrices: dict[str, Affine] = field(default_factory=dict)
    """Shape (inputs, outputs)."""
    convolutions: dict[str, Affine] = field(default_factory=dict)
    """conv1 to conv3, shape (outputs, inputs, kernel)."""
    vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Biases and the weights of normalizations."""
    embedding: Affine = field(default_factory=lambda: Affine(np.zeros((0, 0), np.int8), 1.0, 0))
    """Shape (vocabulary, hidden)."""

    def matrix(self, name: str) -> Affine:
        """Return a matrix. Raises ModelError when the publisher's file has none of that name."""
        return _found(self.matrices, name)

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return a vector. Raises ModelError when the publisher's file has none of that name."""
        return _found(self.vectors, name)

    def layers(self, side: str) -> int:
        """Count the layers of "encoder" or "decoder"."""
        return len({name.split(".")[2] for name in self.matrices if name.startswith(f"{side}.layers.")})


def ort_to_onnx(ort_file: Path, onnx_file: Path) -> None:
    """Let ONNX Runtime write an .ort model as ONNX. Raises ModelError when it cannot be loaded."""
    from cabin.onnx_runtime import load_onnxruntime

    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(onnx_file)
    options.add_session_config_entry("session.save_model_format", "ONNX")
    options.log_severity_level = 3
    try:
        onnxruntime.InferenceSession(str(ort_file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no public base class
        raise ModelError(Problem("ONNX Runtime cannot load it", str(ort_file), str(error).splitlines()[0])) from error


def load_checkpoint(encoder_onnx: Path, decoder_onnx: Path) -> Checkpoint:
    """Collect the weights of both files that `ort_to_onnx` wrote.

    Raises ModelError when one is missing or its integers do not lie on one grid.
    """
    checkpoint = Checkpoint()
    decoder_tensors = _Graph(decoder_onnx).collect(checkpoint)
    _Graph(encoder_onnx).collect(checkpoint)
    embedding = decoder_tensors.affine(_EMBEDDING + "_quantized")
    return Checkpoint(checkpoint.matrices, checkpoint.convolutions, checkpoint.vectors, embedding)


class _Graph:
    """One file: its nodes, those of both branches of an `If` included, and its initializers."""

    def __init__(self, path: Path) -> None:
        import onnx
        from onnx import numpy_helper

        self.path = path
        self.graph = onnx.load(str(path)).graph
        self.initializers = {tensor.name: numpy_helper.to_array(tensor) for tensor in self.graph.initializer}

    def collect(self, into: Checkpoint) -> _Graph:
        """Put the weights into `into`."""
        for node in _nodes(self.graph):
            linear = _LINEAR.match(node.name)
            if linear:
                side = "decoder" if linear[1] else "encoder"
                part = _PARTS.get(linear[4], linear[4])
                into.matrices[f"{side}.layers.{linear[2]}.{linear[3]}.{part}"] = self.affine(node.input[1])
            elif node.op_type in ("Conv", "FusedConv"):
                into.convolutions[node.name.strip("/").split("/")[0]] = self.affine(node.input[1])
            elif node.name in ("/groupnorm/Mul", "/groupnorm/Add"):
                part = "weight" if node.name.endswith("Mul") else "bias"
                into.vectors[f"encoder.groupnorm.{part}"] = self.initializers[node.input[1]].reshape(-1)
        for name, array in self.initializers.items():
            vector = _VECTOR.match(name)
            if vector and array.ndim == 1 and array.dtype == np.float32:
                plain = vector[2].replace("up_proj", "fc1").replace("down_proj", "fc2")
                into.vectors[("decoder." if vector[1] else "encoder.") + plain] = array
        return self

    def affine(self, name: str) -> Affine:
        """Return the quantized tensor that `name` (an operator's input) stands for."""
        stem = re.sub(r"_(quantized|add_tensor)$", "", name)
        values = self.initializers.get(f"{stem}_quantized")
        if values is None:
            return self._affine_from_float(name)
        scale = float(_found(self.initializers, f"{stem}_scale").reshape(-1)[0])
        zero = _found(self.initializers, f"{stem}_zero_point").reshape(-1)[0]
        if values.dtype == np.uint8:
            return Affine((values.astype(np.int16) - 128).astype(np.int8), scale, int(zero) - 128)
        offset = -float(zero) / scale
        if abs(offset - round(offset)) > _GRID_TOLERANCE * max(1.0, abs(offset)):
            raise ModelError(Problem(f"zero point of {stem!r} is no whole step", str(self.path), f"{offset}"))
        return Affine(values, scale, round(offset))

    def _affine_from_float(self, name: str) -> Affine:
        """Find the grid of a tensor that was stored as the FP32 values of its integers: the smallest step is the
        scale.
        """
        values = _found(self.initializers, name)
        step = float(np.abs(values[values != 0]).min())
        integers = np.rint(values / step)
        low, high = int(integers.min()), int(integers.max())
        if np.abs(values / step - integers).max() > _GRID_TOLERANCE * 10 or high - low > 255:
            raise ModelError(Problem(f"values of {name!r} lie on no 8-bit grid", str(self.path), f"{low} to {high}"))
        shift = -128 - low
        return Affine((integers + shift).astype(np.int8), step, shift)


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _found(table: dict[str, _Found], name: str) -> _Found:
    if name not in table:
        raise ModelError(Problem(f"the publisher's file has no {name!r}", hint="Is it the version in models.yaml?"))
    return table[name]
