"""What a catalog's expression comes to, for one signal and one command (docs/reference/catalog-format.md).

A number that is out of the signal's range, a unit that does not fit or a value that is not there is told by raising
CannotAct with all that a reply needs; nothing is ever clamped in silence or filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cabin.vehicle.signals import bounds, in_range, is_integer, is_number, to_datatype
from cabin.vehicle.units import UnitSettings, from_signal, named_scale, other_scale, spoken_unit, to_signal

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue, SlotValue

__all__ = ["CannotAct", "Computed", "Obstacle", "evaluate", "same_slot"]

Obstacle = Literal["out_of_range", "missing", "unit", "unknown_value", "no_place", "no_case", "no_reading"]
"""Why a command cannot be carried out as said. missing and no_case: something was not said; no_reading: the car does
not tell the present value that a step starts from."""

_WHOLE_SLOT = re.compile(r"(-?)\{([a-z_]+)\}\Z")
_SLOT = re.compile(r"\{([a-z_]+)\}")


class CannotAct(Exception):  # noqa: N818  (no error: an answer to the driver)
    """The command asks for what this signal cannot do. Turned into a refusal, never shown as an error."""

    def __init__(
        self,
        obstacle: Obstacle,
        *,
        slot: str = "",
        seen: object = None,
        low: float | None = None,
        high: float | None = None,
        unit: str = "",
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{obstacle} {slot} {seen!r}")
        self.obstacle = obstacle
        self.slot = slot
        self.seen = seen
        self.low, self.high, self.unit = low, high, unit
        """The range, in the unit that was said."""
        self.choices = choices


@dataclass(frozen=True)
class Computed:
    """The value to set, and whether a step had to stop at a bound."""

    value: SignalValue
    stopped_at: Literal["", "min", "max"] = ""
    unit: str = ""
    """The unit said, for the reply; empty: the signal's own."""


def evaluate(
    expression: Any,
    spec: SignalSpec,
    slots: Mapping[str, SlotValue],
    present: SignalValue | None,
    settings: UnitSettings,
) -> Computed:
    """Return what the expression sets the signal to. `present` is its value now, None when the car does not tell.

    Raises CannotAct. The result has the signal's datatype and range; literals of a catalog are checked by its loader.
    """
    if isinstance(expression, Mapping):
        if "by" in expression:
            return _step(expression, spec, slots, present, settings)
        if "map" in expression:
            return evaluate(_mapped(expression, slots), spec, slots, present, settings)
        return _toggled(spec, present)
    if isinstance(expression, str):
        return _text(expression, spec, slots, settings)
    if isinstance(expression, int | float) and not isinstance(expression, bool) and is_number(spec):
        return Computed(to_datatype(spec, expression))
    return Computed(expression)


def same_slot(value: SlotValue, written: object) -> bool:
    """Whether a slot's value is the one written in a catalog, where a number may stand as text, as keys do."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return abs(float(str(written)) - float(value)) < 1e-9
        except ValueError:
            return False
    return str(value) == str(written)


def _text(text: str, spec: SignalSpec, slots: Mapping[str, SlotValue], settings: UnitSettings) -> Computed:
    whole = _WHOLE_SLOT.match(text)
    if whole and is_number(spec):
        return _number(whole[2], -1 if whole[1] else 1, spec, slots, settings)
    if not _SLOT.search(text):
        return Computed(text)
    filled = _SLOT.sub(lambda match: str(_slot(slots, match[1])), text)
    if not spec.allowed:
        return Computed(filled)
    for word in spec.allowed:
        if word.lower() == filled.lower().replace(" ", "_"):
            return Computed(word)
    raise CannotAct("unknown_value", slot=_SLOT.findall(text)[0], seen=filled, choices=spec.allowed)


def _number(slot: str, sign: int, spec: SignalSpec, slots: Mapping[str, SlotValue], settings: UnitSettings) -> Computed:
    """The slot as a target; degrees without a scale are the car's, or the other one's where only that one fits."""
    value = _slot(slots, slot)
    low, high = bounds(spec)
    if value in ("max", "min"):
        bound = high if (value == "max") == (sign > 0) else low
        if bound is None:
            raise CannotAct("unknown_value", slot=slot, seen=value)
        return Computed(to_datatype(spec, bound))
    amount, unit = _amount(slot, value, spec, slots, settings, step=False)
    other = other_scale(str(slots["unit"]) if "unit" in slots else None, unit)
    if other is not None and not _fits(spec, sign * amount):
        moved = to_signal(float(value), other, spec)
        if moved is not None and _fits(spec, sign * moved):
            amount, unit = moved, other
    target = sign * amount
    if not _fits(spec, target):
        ends = [None if end is None else sign * _spoken(end, unit, spec) for end in (low, high)]
        least, most = ends if sign > 0 else ends[::-1]
        told = named_scale(unit or spec.unit, settings)
        raise CannotAct("out_of_range", slot=slot, seen=value, low=least, high=most, unit=told)
    return Computed(to_datatype(spec, target), unit=named_scale(unit, settings))


def _fits(spec: SignalSpec, target: float) -> bool:
    return in_range(spec, target) or (is_integer(spec) and in_range(spec, float(to_datatype(spec, target))))


def _amount(
    slot: str,
    value: SlotValue,
    spec: SignalSpec,
    slots: Mapping[str, SlotValue],
    settings: UnitSettings,
    *,
    step: bool,
) -> tuple[float, str]:
    """Return the slot's number in the signal's unit, and the unit it was said in ("level" where steps are counted)."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise CannotAct("unknown_value", slot=slot, seen=value)
    said = str(slots["unit"]) if "unit" in slots else None
    if _counts_levels(spec, value, said):
        assert spec.levels is not None
        return float(value) * (bounds(spec)[1] or 0.0) / spec.levels, "level"
    if said == "level" and spec.unit:
        raise CannotAct("unit", slot=slot, seen=said, unit=spec.unit)
    unit = spoken_unit(said, spec, settings)
    amount = to_signal(float(value), unit, spec, step=step)
    if amount is None:
        raise CannotAct("unit", slot=slot, seen=said or unit, unit=spec.unit)
    return amount, unit


def _counts_levels(spec: SignalSpec, value: float, said: str | None) -> bool:
    if spec.levels is None or bounds(spec)[1] is None:
        return False
    return said == "level" or (said is None and 0 <= value <= spec.levels)


def _spoken(value: float, unit: str, spec: SignalSpec) -> float:
    if unit == "level":
        return value * (spec.levels or 1) / (bounds(spec)[1] or 1.0)
    return from_signal(value, unit, spec)


def _step(
    expression: Mapping[str, Any],
    spec: SignalSpec,
    slots: Mapping[str, SlotValue],
    present: SignalValue | None,
    settings: UnitSettings,
) -> Computed:
    """The present value plus a step.

    It stops at a bound and says so; it never moves the other way to get within one.
    """
    if present is None or isinstance(present, str | bool):
        raise CannotAct("no_reading", seen=present)
    by = expression.get(str(slots.get("amount", "")), expression["by"])
    own_low, own_high = bounds(spec)
    low, high = _bound(expression.get("min"), own_low, max), _bound(expression.get("max"), own_high, min)
    unit = ""
    if isinstance(by, str):
        whole = _WHOLE_SLOT.match(by)
        if whole is None:
            raise CannotAct("unknown_value", seen=by)
        value = _slot(slots, whole[2])
        if value in ("max", "min"):
            bound = high if value == "max" else low
            if bound is None:
                raise CannotAct("unknown_value", slot=whole[2], seen=value)
            return Computed(to_datatype(spec, bound))
        amount, unit = _amount(whole[2], value, spec, slots, settings, step=True)
        by = -amount if whole[1] else amount
    target = float(present) + float(by)
    unit = named_scale(unit, settings)
    if high is not None and target > high:
        return Computed(to_datatype(spec, high), "max", unit)
    if low is not None and target < low:
        return Computed(to_datatype(spec, low), "min" if float(by) < 0 else "", unit)
    return Computed(to_datatype(spec, target), unit=unit)


def _bound(narrower: Any, own: float | None, pick: Any) -> float | None:
    if narrower is None:
        return own
    return float(narrower) if own is None else float(pick(narrower, own))


def _mapped(expression: Mapping[str, Any], slots: Mapping[str, SlotValue]) -> Any:
    slot = str(expression["map"])
    value = _slot(slots, slot)
    entries = {str(key): entry for key, entry in expression.items() if key != "map"}
    for key, entry in entries.items():
        if same_slot(value, key):
            return entry
    raise CannotAct("unknown_value", slot=slot, seen=value, choices=tuple(entries))


def _toggled(spec: SignalSpec, present: SignalValue | None) -> Computed:
    if present is None:
        raise CannotAct("no_reading")
    if isinstance(present, bool):
        return Computed(not present)
    others = [word for word in spec.allowed if word != str(present)]
    if len(spec.allowed) == 2 and len(others) == 1:
        return Computed(others[0])
    raise CannotAct("unknown_value", seen=present, choices=spec.allowed)


def _slot(slots: Mapping[str, SlotValue], name: str) -> SlotValue:
    if name not in slots:
        raise CannotAct("missing", slot=name)
    return slots[name]
