"""Values between the catalogs' types and kuksa.val.v2 (types.proto: Value, Datapoint, Metadata)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kuksa.val.v2 import types_pb2

from cabin.messages import Signal, SignalValue
from cabin.vehicle.signals import is_number, to_datatype

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec

__all__ = ["DATA_TYPES", "FIELDS", "as_offered", "decode", "encode", "to_signal"]

DATA_TYPES: dict[str, int] = {
    "string": types_pb2.DATA_TYPE_STRING,
    "boolean": types_pb2.DATA_TYPE_BOOLEAN,
    **{
        name: types_pb2.DataType.Value(f"DATA_TYPE_{name.upper()}")
        for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double")
    },
}
"""VSS datatype -> DataType."""

FIELDS: dict[int, str] = {
    types_pb2.DATA_TYPE_STRING: "string",
    types_pb2.DATA_TYPE_BOOLEAN: "bool",
    types_pb2.DATA_TYPE_INT8: "int32",
    types_pb2.DATA_TYPE_INT16: "int32",
    types_pb2.DATA_TYPE_INT32: "int32",
    types_pb2.DATA_TYPE_INT64: "int64",
    types_pb2.DATA_TYPE_UINT8: "uint32",
    types_pb2.DATA_TYPE_UINT16: "uint32",
    types_pb2.DATA_TYPE_UINT32: "uint32",
    types_pb2.DATA_TYPE_UINT64: "uint64",
    types_pb2.DATA_TYPE_FLOAT: "float",
    types_pb2.DATA_TYPE_DOUBLE: "double",
}
"""DataType -> the field of Value that carries it: protobuf has no integers of 8 and 16 bits."""

_NUMBERS = frozenset(FIELDS) - {types_pb2.DATA_TYPE_STRING, types_pb2.DATA_TYPE_BOOLEAN}


def encode(data_type: int, value: SignalValue) -> Any:
    """Return the Value that the broker wants for a signal of its `data_type`. The value's kind is checked before."""
    field = FIELDS[data_type]
    if field not in ("string", "bool", "float", "double"):
        value = round(float(value)) if not isinstance(value, int) else int(value)
    return types_pb2.Value(**{field: value})


def decode(spec: SignalSpec, value: Any) -> SignalValue | None:
    """Return a Value as the catalog's type; None when it is empty or of another kind."""
    field = value.WhichOneof("typed_value")
    raw = getattr(value, field) if field else None
    if isinstance(raw, bool) or spec.datatype == "boolean":
        return raw if isinstance(raw, bool) and spec.datatype == "boolean" else None
    if isinstance(raw, str) or spec.datatype == "string":
        return raw if isinstance(raw, str) and spec.datatype == "string" else None
    if isinstance(raw, int | float) and is_number(spec) and math.isfinite(raw):
        return float(raw) if spec.datatype == "double" else to_datatype(spec, raw)
    return None


def to_signal(spec: SignalSpec, data_point: Any) -> Signal:
    """Return a Datapoint as a signal, its time in milliseconds since 1970, the broker's clock."""
    stamp = data_point.timestamp
    value = decode(spec, data_point.value) if data_point.HasField("value") else None
    return Signal(spec.path, value, stamp.seconds * 1000 + stamp.nanos / 1e6)


def as_offered(spec: SignalSpec, metadata: Any) -> tuple[SignalSpec | None, str]:
    """Return the signal as this broker offers it, or None, with a clause that says what differs (empty: nothing).

    A signal of another kind of type cannot be used; one that the broker calls no actuator is only read.
    """
    if metadata.data_type not in FIELDS:
        return None, f"has data type {metadata.data_type} there, which cabin cannot use"
    same_kind = (spec.datatype == "boolean") == (metadata.data_type == types_pb2.DATA_TYPE_BOOLEAN) and is_number(
        spec
    ) == (metadata.data_type in _NUMBERS)
    if not same_kind:
        return None, f"is {types_pb2.DataType.Name(metadata.data_type)} there, {spec.datatype} in the catalog"
    if spec.kind == "actuator" and metadata.entry_type != types_pb2.ENTRY_TYPE_ACTUATOR:
        return replace(spec, kind="sensor"), "is no actuator there and can only be read"
    return spec, ""
