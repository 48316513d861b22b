"""What a signal is set to: literals, slots, steps, maps, toggles; checked against the signal and the intent's slots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cabin.catalog.reading import Reader, join
from cabin.catalog.schema import Intent, SignalSpec, Slot
from cabin.catalog.signals import check_literal
from cabin.errors import nearest
from cabin.yamlfile import Node

__all__ = ["Target", "read_expression"]


@dataclass(frozen=True)
class Target:
    """What an expression is checked against."""

    spec: SignalSpec | None
    """The signal that is set; None when it is not known."""
    intent: Intent
    given: frozenset[str]
    """Slots that are there whenever the expression is used."""


_SLOT = re.compile(r"(-?)\{([^{}]*)\}\Z")
_FORMS = ("by", "map", "toggle")
_AMOUNT = "amount"


def read_expression(reader: Reader, node: Node, key: str, target: Target) -> Any:
    """Return the expression as plain values."""
    spec = target.spec
    if isinstance(node.value, dict):
        forms = [form for form in _FORMS if form in node.value]
        if len(forms) != 1:
            reader.problem(
                node, "not an expression", key, seen=f"keys {', '.join(node.value)}", expected="one of by, map, toggle"
            )
        elif forms == ["by"]:
            _check_step(reader, node, key, target)
        elif forms == ["map"]:
            _check_map(reader, node, key, target)
        else:
            _check_toggle(reader, node, key, spec)
        return node.plain()
    match = _SLOT.match(node.value) if isinstance(node.value, str) else None
    if match:
        slot = _known_slot(reader, node, key, match.group(2), target)
        if slot is not None and spec is not None:
            _check_slot_fits(reader, node, key, slot, spec, negated=bool(match.group(1)))
        return node.value
    if isinstance(node.value, list):
        reader.problem(node, "not an expression", key, expected="a value, a {slot}, or by, map, toggle")
        return None
    return check_literal(reader, node, spec, key) if spec is not None else node.value


def _known_slot(reader: Reader, node: Node, key: str, name: str, target: Target) -> Slot | None:
    slot = target.intent.slots.get(name)
    if slot is None:
        reader.unknown(node, "slot", name, target.intent.slots, key)
    elif name not in target.given:
        hint = f"Say `when: {{{name}: given}}`, or `required: true` at the slot."
        reader.problem(node, f"slot {name!r} may be missing here", key, hint=hint)
    return slot


def _is_numeric(spec: SignalSpec) -> bool:
    return spec.datatype not in ("boolean", "string")


def _check_slot_fits(reader: Reader, node: Node, key: str, slot: Slot, spec: SignalSpec, *, negated: bool) -> None:
    if slot.kind == "number":
        if not _is_numeric(spec):
            reader.problem(node, f"the number {slot.name!r} does not fit {spec.path}", key, expected=spec.datatype)
        return
    if negated:
        reader.problem(node, f"slot {slot.name!r} is no number", key, expected='"-{slot}" with a number slot')
    elif spec.datatype != "string":
        expected = f"a map from its values to {spec.datatype}"
        reader.problem(node, f"slot {slot.name!r} holds words, {spec.path} does not", key, expected=expected)
    elif slot.kind == "choice" and spec.allowed:
        for value in slot.values:
            if value not in spec.allowed:
                hint = f"Write {{map: {slot.name}, {value}: ...}}."
                reader.problem(
                    node, f"{spec.path} does not allow {value!r}", key, expected=", ".join(spec.allowed), hint=hint
                )


def _check_step(reader: Reader, node: Node, key: str, target: Target) -> None:
    spec = target.spec
    if spec is not None and not _is_numeric(spec):
        reader.problem(node, f"'by' needs a number, {spec.path} is {spec.datatype}", key, seen="")
    amount = target.intent.slots.get(_AMOUNT)
    amounts = amount.values if amount else ()
    for name, step in node.items():
        step_key = join(key, name)
        if name not in ("by", "min", "max", *amounts):
            reader.unknown(step, "key", name, ("by", "min", "max", *amounts), key)
            continue
        match = _SLOT.match(step.value) if isinstance(step.value, str) else None
        if name == "by" and match:
            slot = _known_slot(reader, step, step_key, match.group(2), target)
            if slot is not None and slot.kind != "number":
                reader.problem(step, f"slot {slot.name!r} is no number", step_key)
        else:
            reader.number(step, step_key)


def _check_map(reader: Reader, node: Node, key: str, target: Target) -> None:
    source, spec = node.get("map"), target.spec
    assert source is not None
    name = reader.text(source, join(key, "map"))
    slot = _known_slot(reader, source, join(key, "map"), name, target) if name else None
    for value, literal in node.items():
        if value == "map":
            continue
        value_key = join(key, value)
        if slot is not None and slot.kind in ("choice", "unit") and value not in slot.values:
            hint = nearest(value, slot.values)
            reader.problem(literal, f"slot {slot.name!r} has no value {value!r}", key, seen="", hint=hint)
        if spec is not None:
            check_literal(reader, literal, spec, value_key)
    if len(list(node.items())) < 2:
        reader.problem(node, "a map that maps nothing", key, seen="")


def _check_toggle(reader: Reader, node: Node, key: str, spec: SignalSpec | None) -> None:
    toggle = node.get("toggle")
    if toggle is None or not reader.boolean(toggle, join(key, "toggle"), True) or len(list(node.items())) > 1:
        reader.problem(node, "not a toggle", key, expected="{toggle: true}")
    if spec is not None and spec.datatype != "boolean" and len(spec.allowed) != 2:
        reader.problem(
            node, f"{spec.path} has not just two values", key, seen="", expected="boolean, or two allowed values"
        )
