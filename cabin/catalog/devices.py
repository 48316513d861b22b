"""A device's YAML: its intents with their slots, zones, cases and first sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cabin.catalog.cases import read_cases
from cabin.catalog.reading import Reader, join
from cabin.catalog.schema import Intent, SignalSpec, Slot, WordList
from cabin.catalog.sentences import SentenceReader, read_groups
from cabin.yamlfile import Node

__all__ = ["DeviceContext", "read_device", "read_slots"]

_DEVICE_KEYS = ("device", "title", "essential", "zones", "intents")
_INTENT_KEYS = (
    "title",
    "essential",
    "slots",
    "zones",
    "policy",
    "cases",
    "set",
    "read",
    "action",
    "reply",
    "sentences",
)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_SLOT_FORMS = {
    "choice": ("choice", "required"),
    "number": ("number", "words", "required"),
    "open": ("open", "required"),
    "unit": ("unit",),
}


@dataclass(frozen=True)
class DeviceContext:
    """What a device is checked against."""

    signals: Mapping[str, SignalSpec]
    lists: Mapping[str, WordList]
    plugin: str


def read_device(reader: Reader, root: Node, context: DeviceContext) -> list[Intent]:
    """Return the intents of one device file."""
    entries = reader.mapping(root, "", _DEVICE_KEYS)
    if "device" not in entries:
        reader.problem(root, "no key 'device'", seen="", hint="A device file begins with `device: NAME`.")
        return []
    device = reader.text(entries["device"], "device")
    if not _NAME.match(device):
        reader.problem(entries["device"], "not a device name", "device", expected="small letters, digits and _")
        return []
    title = reader.text(entries.get("title"), "title", device.replace("_", " "))
    essential = reader.boolean(entries.get("essential"), "essential", False)
    zones = _read_zones(reader, entries.get("zones"), "zones")
    section = entries.get("intents")
    if section is None:
        reader.problem(root, "no key 'intents'", seen="")
        return []
    intents = []
    for action, node in reader.mapping(section, "intents").items():
        key = join("intents", action)
        if not _NAME.match(action):
            reader.problem(
                node, f"not an action name: {action!r}", key, seen="", expected="small letters, digits and _"
            )
            continue
        name, place = f"{device}.{action}", reader.place(node)
        blank = Intent(name, action, {}, (), "free", "", (), place, zones, device_title=title, essential=essential)
        intents.append(_read_intent(reader, node, key, blank, context))
    if "zones" in entries and intents:
        _check_zone_names(reader, entries["zones"], zones, intents)
    return intents


def _read_intent(reader: Reader, node: Node, key: str, blank: Intent, context: DeviceContext) -> Intent:
    """Return the intent of which `blank` gives the name, the place and what the device says."""
    entries = reader.mapping(node, key, _INTENT_KEYS)
    slots = read_slots(reader, entries.get("slots"), join(key, "slots"))
    zones = _read_zones(reader, entries["zones"], join(key, "zones")) if "zones" in entries else blank.zones
    intent = replace(
        blank,
        title=reader.text(
            entries.get("title"), join(key, "title"), f"{blank.title.replace('_', ' ')} the {blank.device_title}"
        ),
        slots=slots,
        policy=reader.text(entries.get("policy"), join(key, "policy"), "free"),
        reply=reader.text(entries.get("reply"), join(key, "reply")),
        zones=zones,
        plugin=context.plugin,
        essential=reader.boolean(entries.get("essential"), join(key, "essential"), blank.essential),
    )
    return replace(
        intent,
        cases=read_cases(reader, node, entries, key, intent, signals=context.signals),
        sentences=read_groups(
            SentenceReader(reader, context.lists), entries.get("sentences"), join(key, "sentences"), intent
        ),
        zones={value: zones[value] for value in ("default", *_positions(slots)) if value in zones},
    )


def _positions(slots: Mapping[str, Slot]) -> tuple[str, ...]:
    return slots["position"].values if "position" in slots else ()


def _read_zones(reader: Reader, node: Node | None, key: str) -> dict[str, tuple[str, ...]]:
    if node is None:
        return {}
    return {value: reader.texts(places, join(key, value)) for value, places in reader.mapping(node, key).items()}


def _check_zone_names(reader: Reader, node: Node, zones: Mapping[str, object], intents: list[Intent]) -> None:
    known = {"default"} | {value for intent in intents for value in _positions(intent.slots)}
    for value in zones:
        if value not in known:
            reader.unknown(node.get(value) or node, "zone: no intent has the position", value, known, "zones")


def read_slots(reader: Reader, node: Node | None, key: str) -> dict[str, Slot]:
    """Return the slots of an intent."""
    slots: dict[str, Slot] = {}
    for name, form in reader.mapping(node, key).items() if node is not None else ():
        if not _NAME.match(name):
            reader.problem(form, f"not a slot name: {name!r}", key, seen="", expected="small letters, digits and _")
            continue
        slot = _read_slot(reader, name, form, join(key, name))
        if slot is not None:
            slots[name] = slot
    if "unit" in slots and not any(slot.kind == "number" for slot in slots.values()) and node is not None:
        reader.problem(node.get("unit") or node, "a unit without a number slot", join(key, "unit"), seen="")
    return slots


def _read_slot(reader: Reader, name: str, node: Node, key: str) -> Slot | None:
    if isinstance(node.value, list):
        values = reader.texts(node, key)
        _check_values(reader, node, values, key)
        return Slot(name, "unit" if name == "unit" else "choice", values)
    if node.value == "open":
        return Slot(name, "open")
    if not isinstance(node.value, dict):
        expected = "[value, ...], {number: [min, max]}, open, or {choice: [...], required: true}"
        reader.problem(node, "not a kind of slot", key, expected=expected)
        return None
    kinds = [kind for kind in _SLOT_FORMS if kind in node.value]
    if len(kinds) != 1:
        expected = "one of the keys choice, number, open"
        reader.problem(node, "not a kind of slot", key, seen=f"keys {', '.join(node.value)}", expected=expected)
        return None
    kind = kinds[0]
    entries = reader.mapping(node, key, _SLOT_FORMS[kind])
    required = reader.boolean(entries.get("required"), join(key, "required"), False)
    if kind == "open":
        if not reader.boolean(entries["open"], join(key, "open"), True):
            reader.problem(entries["open"], "an open slot says `open: true`", key)
        return Slot(name, "open", required=required)
    if kind == "number":
        low, high = _read_range(reader, entries["number"], join(key, "number"))
        return Slot(name, "number", reader.texts(entries.get("words"), join(key, "words")), low, high, required)
    values = reader.texts(entries[kind], join(key, kind))
    _check_values(reader, entries[kind], values, key)
    return Slot(name, "unit" if kind == "unit" or name == "unit" else "choice", values, required=required)


def _check_values(reader: Reader, node: Node, values: tuple[str, ...], key: str) -> None:
    for value in values:
        if not _NAME.match(value):
            reader.problem(node, f"not a slot value: {value!r}", key, seen="", expected="small letters, digits and _")


def _read_range(reader: Reader, node: Node, key: str) -> tuple[float | None, float | None]:
    bounds = reader.listing(node, key)
    if len(bounds) != 2:
        reader.problem(node, "not a range", key, expected="[min, max]")
        return None, None
    low, high = reader.number(bounds[0], key), reader.number(bounds[1], key)
    if low is not None and high is not None and low >= high:
        reader.problem(node, "the range is reversed or empty", key, seen=f"[{low}, {high}]", expected="[min, max]")
    return low, high
