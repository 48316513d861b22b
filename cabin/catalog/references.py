"""Which slot a {list} of a template fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cabin.catalog.lists import phrases_for
from cabin.catalog.schema import Intent, Slot, WordList
from cabin.catalog.template_tree import Reference, Shape
from cabin.messages import SlotValue

__all__ = ["bind_call_slots", "call_slot_reference", "slot_name_of", "slot_of"]

Calls = Sequence[tuple[str, Mapping[str, SlotValue]]]


def slot_name_of(reference: Reference, lists: Mapping[str, WordList]) -> str:
    """Return the slot's name: what the template says, else the list's `slot`, else the reference's own name."""
    words = lists.get(reference.list_name)
    if reference.list_name == reference.slot_name and words is not None:
        return words.slot
    return reference.slot_name


def slot_of(
    reference: Reference, slots: Mapping[str, Slot], lists: Mapping[str, WordList]
) -> tuple[Slot | None, str, Iterable[str]]:
    """Return (slot, trouble, known names for a hint); the trouble is empty when all is well."""
    name = slot_name_of(reference, lists)
    slot, words = slots.get(name), lists.get(reference.list_name)
    if slot is None:
        if words is None and reference.list_name not in slots:
            return None, "no list and no slot has that name", {*lists, *slots}
        return None, f"the intent has no slot {name!r}", slots
    if slot.kind == "unit":
        return slot, "the unit is taken from the words beside the number; leave it out", ()
    if words is None and reference.list_name != name:
        return slot, f"unknown list {reference.list_name!r}", lists
    if slot.kind == "choice" and not phrases_for(slot, words):
        return slot, f"list {reference.list_name!r} has no value that slot {name!r} takes", ()
    if slot.kind == "number" and words is not None and not phrases_for(slot, words):
        return slot, f"list {reference.list_name!r} has no number", ()
    return slot, "", ()


def call_slot_reference(value: SlotValue) -> str:
    """Return the name in a call's "{name}", or the empty string for a fixed value."""
    return value[1:-1] if isinstance(value, str) and value.startswith("{") and value.endswith("}") else ""


def bind_call_slots(
    calls: Calls, shape: Shape, intents: Mapping[str, Intent], lists: Mapping[str, WordList]
) -> tuple[list[tuple[str, dict[str, SlotValue]]], list[str]]:
    """Bind every reference of a combined sentence to a slot of a call, and return the calls with the troubles met.

    A bound slot holds "{list}" or "{list:slot}", exactly as the template writes the reference. Calls that name the same
    reference share what is said.
    """
    bound = [(name, dict(slots)) for name, slots in calls]
    troubles: list[str] = []
    wanted = {
        (index, slot): name
        for index, (_, slots) in enumerate(calls)
        for slot, value in slots.items()
        if (name := call_slot_reference(value))
    }
    targets: dict[Reference, list[tuple[int, str]]] = {reference: [] for reference in shape.counts}
    for exact in (True, False):
        for reference, found in targets.items():
            names = (
                (reference.list_name, str(reference)[1:-1])
                if exact
                else (reference.slot_name, slot_name_of(reference, lists))
            )
            if not found:
                found += [target for target, name in wanted.items() if name in names]
                wanted = {target: name for target, name in wanted.items() if target not in found}
    for reference, found in targets.items():
        for index, slot in found or _only_call(reference, calls, intents, lists, troubles):
            name, slots = bound[index]
            _, trouble, _ = slot_of(Reference(reference.list_name, slot), intents[name].slots, lists)
            if trouble:
                troubles.append(f"{reference}: {trouble}")
            slots[slot] = str(reference)
    for (index, slot), name in wanted.items():
        troubles.append(f"{{{name}}} for slot {slot!r} of {calls[index][0]} does not stand in the sentence")
    for name, slots in bound:
        missing = [slot.name for slot in intents[name].slots.values() if slot.required and slot.name not in slots]
        troubles += [f"nothing fills the required slot {slot!r} of {name}" for slot in missing]
    return bound, troubles


def _only_call(
    reference: Reference,
    calls: Calls,
    intents: Mapping[str, Intent],
    lists: Mapping[str, WordList],
    troubles: list[str],
) -> list[tuple[int, str]]:
    """Return the one call that lacks the reference's slot; else note why there is none."""
    slot = slot_name_of(reference, lists)
    free = [
        (index, slot) for index, (name, slots) in enumerate(calls) if slot in intents[name].slots and slot not in slots
    ]
    if not free:
        troubles.append(f"{reference} fills no slot of the calls")
    elif len(free) > 1:
        which = " and ".join(calls[index][0] for index, _ in free)
        troubles.append(f'{reference} fits {which}; say in the call that gets it: {slot}: "{reference}"')
    return free if len(free) == 1 else []
