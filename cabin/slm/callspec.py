"""What calls look like to the model: intents, their slots in writing order, and the values that each may hold.

It is the part of a catalog that a model is built for. A model folder keeps its own copy, so that a model and a
catalog that have grown apart are noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog

__all__ = ["CallSpec", "SlotSpec", "implied_values"]

Kind = Literal["choice", "number", "open"]


@dataclass(frozen=True)
class SlotSpec:
    """One slot of an intent, as the model writes it."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    """choice: all values. number: words beside numbers ("max"). open: values that wording can imply ("i'm hungry")."""
    minimum: float = float("-inf")
    maximum: float = float("inf")
    required: bool = False


@dataclass(frozen=True)
class CallSpec:
    """All intents; `units` holds what may stand beside an intent's number."""

    slots: Mapping[str, tuple[SlotSpec, ...]]
    """Intent -> slots in the order in which the model writes them."""
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Intent -> units of its number; an intent without the slot `unit` is missing."""

    @classmethod
    def from_catalog(cls, catalog: Catalog, implied: Mapping[str, tuple[str, ...]] | None = None) -> CallSpec:
        """Make the specification of a catalog; `implied` adds values to open slots (slot name -> values)."""
        implied = implied or {}
        slots, units = {}, {}
        for name, intent in catalog.intents.items():
            row = []
            for slot in intent.slots.values():
                if slot.kind == "unit":
                    units[name] = slot.values
                    continue
                values = (
                    tuple(dict.fromkeys((*slot.values, *implied.get(slot.name, ()))))
                    if slot.kind == "open"
                    else slot.values
                )
                low = float("-inf") if slot.minimum is None else slot.minimum
                high = float("inf") if slot.maximum is None else slot.maximum
                row.append(SlotSpec(slot.name, slot.kind, values, low, high, slot.required))
            slots[name] = tuple(row)
        return cls(slots, units)

    def bounded_by(self, other: CallSpec) -> CallSpec:
        """Return this specification with the number ranges and units of `other`, for the intents that both have."""
        slots = {}
        for name, row in self.slots.items():
            theirs = {slot.name: slot for slot in other.slots.get(name, ())}
            slots[name] = tuple(
                replace(
                    slot,
                    minimum=theirs[slot.name].minimum,
                    maximum=theirs[slot.name].maximum,
                    required=theirs[slot.name].required,
                )
                if slot.name in theirs
                else slot
                for slot in row
            )
        return CallSpec(
            slots, {**self.units, **{name: other.units[name] for name in other.units if name in self.slots}}
        )

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads: names, kinds and values; ranges belong to the catalog of the day."""
        return {
            "intents": {
                name: {slot.name: {"kind": slot.kind, "values": list(slot.values)} for slot in row}
                for name, row in self.slots.items()
            },
            "units": {name: list(units) for name, units in self.units.items()},
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> CallSpec:
        """Read `to_json`'s result. Raises KeyError or TypeError for anything else."""
        slots = {
            name: tuple(SlotSpec(slot, form["kind"], tuple(form["values"])) for slot, form in row.items())
            for name, row in fields["intents"].items()
        }
        return cls(slots, {name: tuple(units) for name, units in fields["units"].items()})


def implied_values(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return, for open slots, the fixed values that some sentence means without saying them ("i'm hungry": restaurant).

    Needs a catalog loaded with its sentences.
    """
    found: dict[str, dict[str, None]] = {}
    groups = [(name, group.slots, group.templates) for name, i in catalog.intents.items() for group in i.sentences]
    groups += [(name, slots, item.templates) for item in catalog.combinations for name, slots in item.calls]
    for name, fixed, templates in groups:
        for slot, value in fixed.items():
            spec = catalog.intents[name].slots.get(slot)
            if spec is not None and spec.kind == "open" and any(f" {value} " not in f" {text} " for text in templates):
                found.setdefault(slot, {})[str(value)] = None
    return {slot: tuple(values) for slot, values in found.items()}
