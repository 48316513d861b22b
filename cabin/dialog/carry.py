"""From one command to another of the same device, held against the catalog: nothing is made up.

Every function returns None where the catalog, the slots or the cases of an intent do not have what would be needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cabin.catalog.schema import Case, Catalog, Intent, Slot
from cabin.dialog.rules import Rules
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case
from cabin.vehicle.expressions import CannotAct

__all__ = ["Carrier", "case_of", "moves_by_step", "sets_value"]

_VALUE = re.compile(r"-?\{value\}\Z")


def case_of(intent: Intent, slots: Mapping[str, SlotValue]) -> Case | None:
    """Return the case that these slots take, or None."""
    try:
        return choose_case(intent, slots)
    except CannotAct:
        return None


def moves_by_step(case: Case) -> bool:
    """Whether every signal that the case sets to a number goes on from where it stands."""
    return any(isinstance(expression, Mapping) and "by" in expression for expression in case.set.values())


def sets_value(case: Case) -> bool:
    """Whether the case sets a signal to the number said itself."""
    return any(isinstance(expression, str) and _VALUE.match(expression) for expression in case.set.values())


class Carrier:
    """Makes commands out of earlier ones."""

    def __init__(self, catalog: Catalog, rules: Rules) -> None:
        self._catalog = catalog
        self._rules = rules

    def intent(self, command: Command) -> Intent | None:
        """Return the intent of a command, or None when the catalog lacks it."""
        return self._catalog.intents.get(command.intent)

    def to(self, command: Command, action: str, **slots: SlotValue | None) -> Command | None:
        """Return the command for another action of the same device, with the slots that say which one kept.

        `slots` are put over what is kept; None takes one away.
        """
        device = command.intent.partition(".")[0]
        intent = self._catalog.intents.get(f"{device}.{action}")
        if intent is None:
            return None
        kept: dict[str, SlotValue] = {}
        for name, value in command.slots.items():
            slot = intent.slots.get(name)
            if slot is not None and slot.kind == "choice" and name != "amount" and value in slot.values:
                kept[name] = value
            elif name in self._rules.narrowing and slots.get(name) is None and action not in self._rules.widening:
                return None  # a command for one place must not become one for all
        return self._checked(command, intent, kept, slots)

    def same(self, command: Command, **slots: SlotValue | None) -> Command | None:
        """Return the same command with some slots changed; None takes one away."""
        intent = self.intent(command)
        return None if intent is None else self._checked(command, intent, dict(command.slots), slots)

    def at_other(self, command: Command) -> Command | None:
        """Return the same command at the opposite place; with no place said, at the opposite of the default one."""
        intent = self.intent(command)
        slot = intent.slots.get("position") if intent is not None else None
        if intent is None or slot is None:
            return None
        opposites = self._rules.opposites.get("position", {})
        said = command.slots.get("position")
        if said is None and "default" in intent.zones:
            default = intent.zones["default"]
            said = next((v for v in slot.values if v in opposites and intent.zones.get(v) == default), None)
        other = opposites.get(str(said))
        return self.same(command, position=other) if other else None

    def turned(self, command: Command) -> Command | None:
        """Return the same command with its heading turned round."""
        heading = self._rules.opposites.get("heading", {}).get(str(command.slots.get("heading")))
        return self.same(command, heading=heading) if heading else None

    def opposite(self, command: Command) -> Command | None:
        """Return the command that does the opposite, by the names of actions."""
        if "heading" in command.slots:
            return self.turned(command)
        action = self._rules.opposites.get("action", {}).get(command.intent.partition(".")[2])
        return self.to(command, action) if action else None

    def _checked(
        self, command: Command, intent: Intent, slots: dict[str, SlotValue], changes: Mapping[str, SlotValue | None]
    ) -> Command | None:
        for name, value in changes.items():
            slot = intent.slots.get(name)
            if value is None:
                slots.pop(name, None)
            elif slot is None or not _takes(slot, value):
                return None
            else:
                slots[name] = value
        if any(slot.required and slot.name not in slots for slot in intent.slots.values()):
            return None
        case = case_of(intent, slots)
        if case is None or not _has_zone(intent, case, slots):
            return None
        return replace(command, intent=intent.name, slots=slots, by="dialog", unsure=False)


def _takes(slot: Slot, value: SlotValue) -> bool:
    """Whether a slot can hold a value; whether a number is in range is the executor's to say."""
    if slot.kind == "open" or (slot.kind == "number" and not isinstance(value, str)):
        return True
    return value in slot.values


def _has_zone(intent: Intent, case: Case, slots: Mapping[str, SlotValue]) -> bool:
    paths: tuple[Any, ...] = (*case.set, *case.read)
    if not any("{place}" in path for path in paths):
        return True
    return str(slots.get("position", "default")) in intent.zones
