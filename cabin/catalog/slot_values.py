"""A fixed slot value in YAML, checked against its slot."""

from __future__ import annotations

from cabin.catalog.reading import Reader
from cabin.catalog.schema import Slot
from cabin.errors import nearest
from cabin.messages import SlotValue
from cabin.yamlfile import Node

__all__ = ["read_slot_value"]


def read_slot_value(reader: Reader, node: Node, slot: Slot, key: str) -> SlotValue | None:
    """Return the value, or None when the slot cannot hold it (which is noted)."""
    value = node.value
    if slot.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        low, high = slot.minimum, slot.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            reader.problem(node, f"outside the range of slot {slot.name!r}", key, expected=f"{low} to {high}")
            return None
        return value
    text = reader.text(node, key)
    if not text or slot.kind == "open" or text in slot.values:
        return text or None
    known = list(slot.values) if slot.kind != "number" else ["a number", *slot.values]
    expected = ", ".join(known) if len(known) <= 12 else ""
    reader.problem(
        node,
        f"slot {slot.name!r} has no value {text!r}",
        key,
        seen="",
        expected=expected,
        hint=nearest(text, slot.values),
    )
    return None
