"""What an intent does: cases with their conditions, the signals set and read, and the replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cabin.catalog.expressions import Target, read_expression
from cabin.catalog.reading import Reader, join
from cabin.catalog.schema import Case, Intent, SignalSpec
from cabin.catalog.slot_values import read_slot_value
from cabin.errors import nearest
from cabin.messages import SlotValue
from cabin.yamlfile import Node

__all__ = ["read_cases"]

_CASE_KEYS = ("when", "set", "read", "reply", "action")
_BESIDE_CASES = ("set", "read", "action")
_FIELD = re.compile(r"\{([^{}]*)\}")
_READING_FIELDS = ("reading", "readings")


@dataclass(frozen=True)
class _Context:
    """What a case is checked against."""

    intent: Intent
    signals: Mapping[str, SignalSpec]
    given: frozenset[str] = frozenset()
    """Slots that are there whenever the case is taken; before it is read, those whose absence an earlier case takes."""


def read_cases(
    reader: Reader,
    node: Node,
    entries: Mapping[str, Node],
    key: str,
    intent: Intent,
    *,
    signals: Mapping[str, SignalSpec],
) -> tuple[Case, ...]:
    """Return the cases of an intent, from `cases` or from `set`, `read` and `action` beside its other keys."""
    if "cases" not in entries:
        case = _read_case(reader, node, entries, key, _Context(intent, signals))
        return (case,)
    for name in _BESIDE_CASES:
        if name in entries:
            reader.problem(entries[name], f"{name!r} stands beside 'cases'", key, seen="", hint="Move it into a case.")
    cases: list[Case] = []
    missing_taken: frozenset[str] = frozenset()
    for number, case_node in enumerate(reader.listing(entries["cases"], join(key, "cases"))):
        case_key = f"{key}.cases[{number}]"
        case_entries = reader.mapping(case_node, case_key, _CASE_KEYS)
        if cases and not cases[-1].when:
            reader.problem(
                case_node, "this case is never reached", case_key, seen="", hint="The case before it has no 'when'."
            )
        case = _read_case(reader, case_node, case_entries, case_key, _Context(intent, signals, missing_taken))
        cases.append(case)
        if list(case.when.values()) == ["missing"]:
            missing_taken |= set(case.when)
    return tuple(cases)


def _read_case(reader: Reader, node: Node, entries: Mapping[str, Node], key: str, context: _Context) -> Case:
    intent = context.intent
    when = _read_when(reader, entries.get("when"), join(key, "when"), intent)
    given = {name for name, slot in intent.slots.items() if slot.required} | context.given
    given |= {name for name, value in when.items() if value != "missing"}
    given -= {name for name, value in when.items() if value == "missing"}
    set_: dict[str, Any] = {}
    if "set" in entries:
        for path, value in reader.mapping(entries["set"], join(key, "set")).items():
            set_[path] = _read_set(
                reader, path, value, join(join(key, "set"), path), replace(context, given=frozenset(given))
            )
    reads = reader.texts(entries.get("read"), join(key, "read"))
    for path in reads:
        _resolve(reader, entries["read"], path, join(key, "read"), context)
    action = reader.text(entries.get("action"), join(key, "action")) or None
    reply = reader.text(entries.get("reply"), join(key, "reply")) or None
    if reply is None and not intent.reply and action is None:
        reader.problem(node, "no reply", key, seen="", hint="Give the case or its intent a `reply`.")
    said = reply or intent.reply
    _check_reply(
        reader, entries.get("reply") or node, said, join(key, "reply"), intent, reads=bool(reads) or action is not None
    )
    return Case(when, set_, reads, reply, action)


def _read_when(reader: Reader, node: Node | None, key: str, intent: Intent) -> dict[str, SlotValue]:
    when: dict[str, SlotValue] = {}
    for name, value in reader.mapping(node, key).items() if node is not None else ():
        slot = intent.slots.get(name)
        if slot is None:
            reader.unknown(value, "slot", name, intent.slots, key)
        elif value.value in ("given", "missing"):
            when[name] = str(value.value)
        else:
            wanted = read_slot_value(reader, value, slot, join(key, name))
            if wanted is not None:
                when[name] = wanted
    return when


def _read_set(reader: Reader, path: str, node: Node, key: str, context: _Context) -> Any:
    specs = _resolve(reader, node, path, key, context)
    spec = specs[0] if specs else None
    if spec is not None and spec.kind != "actuator":
        reader.problem(node, f"{spec.path} is a {spec.kind}: it is read, never set", key, seen="")
    for other in specs[1:]:
        if spec is not None and (other.datatype, other.minimum, other.maximum, other.allowed) != (
            spec.datatype,
            spec.minimum,
            spec.maximum,
            spec.allowed,
        ):
            reader.problem(node, f"{other.path} and {spec.path} differ in type or range", key, seen="")
    return read_expression(reader, node, key, Target(spec, context.intent, context.given))


def _resolve(reader: Reader, node: Node, path: str, key: str, context: _Context) -> list[SignalSpec]:
    """Return the specifications of a path, {place} filled with every zone that can come to it."""
    intent, paths = context.intent, [path]
    if "{place}" in path:
        position = intent.slots.get("position")
        if not intent.zones:
            reader.problem(node, "{place} without zones", key, seen=path, hint="Give the device or the intent `zones`.")
            return []
        wanted = list(position.values) if position else []
        if not (position and position.required):
            wanted.append("default")
        for value in wanted:
            if value not in intent.zones:
                reader.problem(
                    node, f"no zone for the position {value!r}", key, seen=f"zones {', '.join(intent.zones)}"
                )
        places = dict.fromkeys(place for value in wanted for place in intent.zones.get(value, ()))
        paths = [path.replace("{place}", place) for place in places]
    specs = []
    for full in paths:
        if full in context.signals:
            specs.append(context.signals[full])
        elif "signals" not in reader.broken:
            hint = nearest(full, context.signals) if "{" not in full else "Only {place} may stand in a path."
            reader.problem(node, f"unknown signal {full!r}", key, seen="", hint=hint)
    return specs


def _check_reply(reader: Reader, node: Node, reply: str, key: str, intent: Intent, *, reads: bool) -> None:
    known = {*intent.slots, "value", *(_READING_FIELDS if reads else ())}
    for name in _FIELD.findall(reply):
        if name not in known:
            if name in _READING_FIELDS:
                reader.problem(node, f"{{{name}}} in a reply, but nothing is read", key, seen=reply)
            else:
                reader.unknown(node, "field in a reply:", name, {*known, *_READING_FIELDS}, key)
    if reply.count("{") != len(_FIELD.findall(reply)) or reply.count("}") != reply.count("{"):
        reader.problem(node, "the braces of the reply do not pair", key, seen=reply)
