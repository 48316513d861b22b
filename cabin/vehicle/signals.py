"""What a signal can hold: its bounds, its type, and when two of its values count as equal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cabin.errors import Problem, VehicleError

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue

__all__ = ["bounds", "check_value", "in_range", "is_integer", "is_number", "parse_value", "same_value", "to_datatype"]

INTEGER_BOUNDS: dict[str, tuple[float, float]] = {
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
"""VSS integer datatypes and what they hold."""

FLOATS = frozenset({"float", "double"})

TOLERANCE = 1e-3
"""Two readings closer than this (in the signal's unit) are the same: a float passes through float32 on real buses."""

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


def is_integer(spec: SignalSpec) -> bool:
    """Whether the signal holds whole numbers."""
    return spec.datatype in INTEGER_BOUNDS


def is_number(spec: SignalSpec) -> bool:
    """Whether the signal holds numbers, whole or not."""
    return is_integer(spec) or spec.datatype in FLOATS


def bounds(spec: SignalSpec) -> tuple[float | None, float | None]:
    """Return the least and greatest value: those of the signal, else those of its datatype, else None."""
    low, high = INTEGER_BOUNDS.get(spec.datatype, (None, None))
    return (low if spec.minimum is None else spec.minimum, high if spec.maximum is None else spec.maximum)


def in_range(spec: SignalSpec, value: float) -> bool:
    """Whether a number lies within the signal's bounds."""
    low, high = bounds(spec)
    return (low is None or value >= low - 1e-9) and (high is None or value <= high + 1e-9)


def to_datatype(spec: SignalSpec, value: float) -> SignalValue:
    """Round to what the datatype can hold: halves go away from zero, as people round. The range is not looked at."""
    if not is_integer(spec):
        return round(float(value), 4)
    if isinstance(value, int):
        return int(value)  # above 2^52 a float would lose the last digits
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def same_value(spec: SignalSpec, one: SignalValue | None, other: SignalValue | None) -> bool:
    """Whether two values of the signal are the same, floats within `TOLERANCE`."""
    if one is None or other is None:
        return one is other
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if numbers and not isinstance(one, bool) and not isinstance(other, bool) and spec.datatype in FLOATS:
        return abs(float(one) - float(other)) <= TOLERANCE
    return type(one) is type(other) and one == other


def check_value(spec: SignalSpec, value: object) -> SignalValue:
    """Return the value when the signal can hold it. Raises VehicleError for a wrong type, range or word."""
    expected = _expected(spec)
    if spec.datatype == "boolean":
        if isinstance(value, bool):
            return value
    elif spec.datatype == "string":
        if isinstance(value, str) and (not spec.allowed or value in spec.allowed):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        fits = is_number(spec) and math.isfinite(value) and (not is_integer(spec) or float(value).is_integer())
        if fits and in_range(spec, value) and (not spec.allowed or str(value) in spec.allowed):
            return int(value) if is_integer(spec) else float(value)
    raise VehicleError(
        Problem("the signal cannot hold this value", where=spec.path, seen=repr(value), expected=expected)
    )


def parse_value(spec: SignalSpec, text: str) -> SignalValue:
    """Read a value written as text, as in `--set Vehicle.Speed=50`.

    Raises VehicleError when the signal cannot hold it.
    """
    value: object = text
    if spec.datatype == "boolean":
        word = text.strip().lower()
        value = True if word in _TRUE else False if word in _FALSE else text
    elif is_number(spec):
        try:
            value = float(text)
        except ValueError:
            value = text
    return check_value(spec, value)


def _expected(spec: SignalSpec) -> str:
    if spec.allowed:
        return f"one of {', '.join(spec.allowed)}"
    if not is_number(spec):
        return "true or false" if spec.datatype == "boolean" else spec.datatype
    low, high = bounds(spec)
    kind = "a whole number" if is_integer(spec) else "a number"
    unit = f" {spec.unit}" if spec.unit else ""
    if low is None and high is None:
        return f"{kind}{unit}"
    if low is None or high is None:
        return f"{kind} of {'at most' if low is None else 'at least'} {high if low is None else low:g}{unit}"
    return f"{kind} from {low:g} to {high:g}{unit}"
