"""The graph in decoder.onnx, its numbers in weights.bin, and the index by which other engines read the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import (
    ALIGNMENT,
    WEIGHTS_FILE,
    ArrayPlace,
    StoredTensor,
    float_tensor,
    write_index,
)

if TYPE_CHECKING:
    import onnx

__all__ = ["save_decoder"]

_INLINE_BYTES = 1024
"""Smaller constants that no tensor of the index owns stay in the graph, where shape inference sees them."""
_NORM = ".scale"
_PARTS = ("weight", "scale", "zero")
"""The initializers of a product: NAME.weight, NAME.scale, NAME.zero."""


def save_decoder(graph: onnx.ModelProto, folder: Path, products: Sequence[StoredTensor]) -> None:
    """Write decoder.onnx, weights.bin and tensors.json; `graph` loses its numbers to weights.bin.

    `products` are the tensors whose codes, scales and zero points stand in the graph as NAME.weight, NAME.scale and
    NAME.zero; every other one-dimensional FP32 initializer named NAME.scale is a norm.
    """
    import onnx
    from onnx import numpy_helper

    owned = {f"{tensor.name}.{part}" for tensor in products for part in _PARTS}
    norms = []
    places: dict[str, ArrayPlace] = {}
    with (folder / WEIGHTS_FILE).open("wb") as file:
        for initializer in graph.graph.initializer:
            array = numpy_helper.to_array(initializer)
            is_norm = initializer.name not in owned and initializer.name.endswith(_NORM) and array.ndim == 1
            if is_norm:
                norms.append(float_tensor(initializer.name.removesuffix(_NORM), array, Scheme("fp32")))
            if not is_norm and initializer.name not in owned and array.nbytes < _INLINE_BYTES:
                continue
            file.write(bytes(-file.tell() % ALIGNMENT))
            places[initializer.name] = ArrayPlace(str(array.dtype), array.shape, file.tell(), array.nbytes)
            file.write(array.tobytes())
            _refer(initializer, places[initializer.name])
    onnx.save(graph, str(folder / "decoder.onnx"))
    rows = [
        (
            tensor,
            _place(places, f"{tensor.name}.weight", tensor.codes),
            _place(places, f"{tensor.name}.scale", tensor.scales),
            _place(places, f"{tensor.name}.zero", tensor.zeros),
        )
        for tensor in products
    ]
    alike = [(norm, places[f"{norm.name}{_NORM}"], None, None) for norm in norms]
    write_index(folder, [*rows, *alike])  # type: ignore[list-item]


def _refer(initializer: onnx.TensorProto, place: ArrayPlace) -> None:
    """Replace the numbers of an initializer by a reference to weights.bin (ONNX external data)."""
    from onnx import TensorProto

    for field in ("raw_data", "float_data", "int32_data", "int64_data"):
        initializer.ClearField(field)
    initializer.data_location = TensorProto.EXTERNAL
    facts = {"location": WEIGHTS_FILE, "offset": str(place.offset), "length": str(place.bytes)}
    for key, value in facts.items():
        initializer.external_data.add(key=key, value=value)


def _place(places: dict[str, ArrayPlace], name: str, array: NDArray[np.generic] | None) -> ArrayPlace | None:
    """Return where an array lies, with the shape that the index wants."""
    if array is None:
        return None
    place = places[name]
    shape: tuple[Any, ...] = array.shape
    return ArrayPlace(str(array.dtype), shape, place.offset, place.bytes)
