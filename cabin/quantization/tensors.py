"""The quantized tensors of a model folder, for any engine: one file of raw numbers and an index of what lies where.

weights.bin    the numbers, each array at a multiple of 64 bytes; decoder.onnx refers to the same bytes
tensors.json   {"format": 1, "tensors": [{name, shape, scheme, layout, codes, scales, zeros}, ...]} with an array as
               {dtype, shape, offset, bytes}; scales and zeros are null where there are none

A product's shape is (in, out): y = x W. Products are named "layers.0.self_attn.qkv", "layers.0.self_attn.o",
"layers.0.mlp.gate_up", "layers.0.mlp.down"; norms, in FP32, "layers.0.input_layernorm",
"layers.0.post_attention_layernorm" and "norm". Layouts are those of cabin.quantization.packing; "plain" is
float32 or float16 of the tensor's own shape. Four bits are always stored in groups: a scale a channel or a matrix is
repeated. The token table is not among the tensors (cabin.slm.embedding).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cabin.errors import ModelError, Problem
from cabin.quantization.mapping import Quantized, as_groups, dequantize
from cabin.quantization.packing import Layout, pack, pack_zeros, unpack, unpack_zeros
from cabin.quantization.scheme import Scheme

__all__ = [
    "ALIGNMENT",
    "INDEX_FILE",
    "WEIGHTS_FILE",
    "ArrayPlace",
    "StoredTensor",
    "float_tensor",
    "read_tensors",
    "small_tensor",
    "write_index",
    "write_tensors",
]

WEIGHTS_FILE = "weights.bin"
INDEX_FILE = "tensors.json"
ALIGNMENT = 64
"""Bytes; a cache line, and a multiple of every number's size."""


@dataclass(frozen=True)
class StoredTensor:
    """One tensor as it is stored. Read from a folder, its arrays are parts of the mapped file: pages come as used."""

    name: str
    shape: tuple[int, ...]
    """(in, out) of a product, (n,) of a norm."""
    scheme: Scheme
    layout: Layout
    codes: NDArray[Any]
    """The numbers, in the layout."""
    scales: NDArray[np.float32] | None = None
    """(out, groups); one column unless grouped, one row for a whole tensor; None for floats."""
    zeros: NDArray[Any] | None = None
    """Zero points as packing.pack_zeros lays them; None where all are 0."""

    @property
    def format(self) -> str:
        """The number format: fp32, fp16, int8, int4, ..."""
        return self.scheme.number_format

    @property
    def group(self) -> int:
        """Inputs that share a scale; 0 unless grouped."""
        return self.scheme.group

    @property
    def bytes(self) -> int:
        """Bytes of codes, scales and zero points."""
        return sum(array.nbytes for array in (self.codes, self.scales, self.zeros) if array is not None)

    def quantized(self) -> Quantized:
        """Return integers (out, in) with scales and zero points (out, groups). Raises ValueError for floats."""
        if self.scales is None:
            raise ValueError(f"{self.name} is {self.format}: it has no scales")
        shape = (self.scales.shape[0], self.scales.shape[1])
        zeros = np.zeros(shape, np.int32) if self.zeros is None else unpack_zeros(self.zeros, self.layout, shape)
        return Quantized(unpack(self.codes, self.layout, self.shape[0]), self.scales, zeros, self.scheme)

    def dequantize(self) -> NDArray[np.float32]:
        """Return the tensor in FP32, of its shape: what every engine's arithmetic is tested against."""
        if self.scales is None:
            return self.codes.astype(np.float32)
        return np.ascontiguousarray(dequantize(self.quantized()).T)


def float_tensor(name: str, weight: NDArray[np.floating[Any]], scheme: Scheme) -> StoredTensor:
    """Return a tensor of floats as it will be stored."""
    codes = weight.astype(np.float16 if scheme.number_format == "fp16" else np.float32)
    return StoredTensor(name, weight.shape, scheme, "plain", codes)


def small_tensor(name: str, small: Quantized) -> StoredTensor:
    """Return a quantized matrix in the layout of its format. Raises ValueError when NF4's groups do not fit."""
    if small.scheme.bits == 4:
        small = as_groups(small)
    scheme = small.scheme
    layout = _layout(scheme)
    if layout == "levels" and small.values.shape[1] % scheme.group:
        raise ValueError(f"{name}: {small.values.shape[1]} inputs cannot be cut into groups of {scheme.group}")
    has_zeros = layout == "columns" or not scheme.is_symmetric
    return StoredTensor(
        name,
        (small.values.shape[1], small.values.shape[0]),
        scheme,
        layout,
        pack(small.values, layout, scheme.group),
        small.scales,
        pack_zeros(small.zeros, layout) if has_zeros else None,
    )


def _layout(scheme: Scheme) -> Layout:
    if scheme.number_format == "nf4":
        return "levels"
    if scheme.granularity != "group":
        return "columns"
    return "bytes" if scheme.bits == 8 else "nibbles"


@dataclass(frozen=True)
class ArrayPlace:
    """Where an array lies in weights.bin."""

    dtype: str
    """numpy's name of the number type: "float32", "uint8", ..."""
    shape: tuple[int, ...]
    offset: int
    """First byte."""
    bytes: int


def write_index(
    folder: Path, tensors: Sequence[tuple[StoredTensor, ArrayPlace, ArrayPlace | None, ArrayPlace | None]]
) -> None:
    """Write tensors.json: each tensor with the places of its codes, scales and zero points."""
    rows = [
        {
            "name": tensor.name,
            "shape": list(tensor.shape),
            "scheme": tensor.scheme.to_json(),
            "layout": tensor.layout,
            "codes": asdict(codes),
            "scales": scales and asdict(scales),
            "zeros": zeros and asdict(zeros),
        }
        for tensor, codes, scales, zeros in tensors
    ]
    lines = ",\n".join(json.dumps(row) for row in rows)
    (folder / INDEX_FILE).write_text(f'{{"format": 1, "tensors": [\n{lines}\n]}}\n', encoding="utf-8")


def write_tensors(folder: Path, tensors: Sequence[StoredTensor]) -> None:
    """Write weights.bin and tensors.json: for engines that need no graph of their own."""
    rows = []
    with (folder / WEIGHTS_FILE).open("wb") as file:

        def write(array: NDArray[Any] | None) -> ArrayPlace | None:
            if array is None:
                return None
            file.write(bytes(-file.tell() % ALIGNMENT))
            place = ArrayPlace(str(array.dtype), array.shape, file.tell(), array.nbytes)
            file.write(array.tobytes())
            return place

        for tensor in tensors:
            codes = write(tensor.codes)
            assert codes is not None
            rows.append((tensor, codes, write(tensor.scales), write(tensor.zeros)))
    write_index(folder, rows)


def read_tensors(folder: Path) -> dict[str, StoredTensor]:
    """Return every tensor of a model folder by its name, memory-mapped.

    Raises ModelError when the folder has no index (models written before there was one), or it does not fit the file.
    """
    path = folder / INDEX_FILE
    if not path.is_file():
        hint = "Write the model again with `cabin model quantize` from its FP32 folder; the backend onnx still runs it."
        expected = f"{INDEX_FILE} and {WEIGHTS_FILE}"
        raise ModelError(Problem("the model has no index of its tensors", str(folder), "", expected, hint))
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["tensors"]
        data = np.memmap(folder / WEIGHTS_FILE, np.uint8, "r").view(np.ndarray)
        return {row["name"]: _read(row, data) for row in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        seen = f"{type(error).__name__}: {error}"
        hint = "Write the model again with `cabin model quantize`."
        raise ModelError(Problem("the index of the tensors cannot be used", str(path), seen, hint=hint)) from error


def _read(row: dict[str, Any], data: NDArray[np.uint8]) -> StoredTensor:
    arrays = [_array(row[part], data) if row[part] is not None else None for part in ("codes", "scales", "zeros")]
    codes = arrays[0]
    if codes is None:
        raise ValueError(f"{row['name']} has no codes")
    layout = cast(Layout, row["layout"])
    if layout not in ("plain", "columns", "bytes", "nibbles", "levels"):
        raise ValueError(f"unknown layout {layout!r}")
    return StoredTensor(row["name"], tuple(row["shape"]), Scheme.from_json(row["scheme"]), layout, codes, *arrays[1:])


def _array(place: dict[str, Any], data: NDArray[np.uint8]) -> NDArray[Any]:
    dtype, offset, size = np.dtype(place["dtype"]), int(place["offset"]), int(place["bytes"])
    if dtype.kind not in "iuf" or offset < 0 or offset + size > len(data):
        raise ValueError(f"{place} lies outside the file of {len(data)} bytes")
    array: NDArray[Any] = data[offset : offset + size].view(dtype).reshape(place["shape"])
    return array
