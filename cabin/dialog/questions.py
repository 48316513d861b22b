"""How questions are put: what is asked for a slot, between which things, and what a refusal offers to hear again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cabin.catalog.schema import Catalog, Intent, Slot
from cabin.dialog.reply import join_choices
from cabin.dialog.words import close_spaces, words_of
from cabin.messages import Command, Outcome

__all__ = ["Offer", "choices_of", "offer", "slot_text", "title_of"]

_BAD_VALUE = ("out_of_range", "unit", "unknown_value")
"""Rules of refusals that tell what would be right."""


@dataclass(frozen=True)
class Offer:
    """A question that a refusal amounts to."""

    text: str
    fields: Mapping[str, Any]
    """Those of cabin.dialog.state.Question."""


def title_of(catalog: Catalog, command: Command) -> str:
    """Return what a command does, as a verb phrase."""
    intent = catalog.intents.get(command.intent)
    return intent.title if intent is not None else words_of(command.intent.replace(".", " "))


def slot_text(intent: Intent, slot: Slot) -> str:
    """Return the question for a slot: "Set the temperature to what?"."""
    title = intent.title[:1].upper() + intent.title[1:]
    if slot.kind == "number":
        return f"{title} to what?"
    if slot.kind == "choice":
        return f"{title}: {join_choices(slot.values)}?"
    return f"{title}: which {words_of(slot.name)}?"


def choices_of(catalog: Catalog, commands: Sequence[Command]) -> tuple[str, ...]:
    """Return the things that commands are about, in words: by device, or by place where the device is the same."""
    intents = [catalog.intents[command.intent] for command in commands]
    devices = [intent.device_title or words_of(intent.device) for intent in intents]
    if len(set(devices)) == len(devices):
        return tuple(f"the {device}" for device in devices)
    return tuple(
        close_spaces(f"the {words_of(command.slots.get('position', ''))} {device}")
        for command, device in zip(commands, devices, strict=True)
    )


def offer(outcome: Outcome, catalog: Catalog) -> Offer | None:
    """Return the question that a refusal amounts to: a slot that was missing, or whose value was not to be had."""
    intent = catalog.intents.get(outcome.command.intent)
    if intent is None or outcome.status != "refused":
        return None
    command = outcome.command
    if outcome.verdict.rule == "missing":
        slots = [slot for slot in intent.slots.values() if slot.required] or list(intent.slots.values())
        slot = next((each for each in slots if each.name not in command.slots and each.kind != "unit"), None)
        position = intent.slots.get("position")
        if slot is not None and not slot.required and position is not None:
            slot = position  # nothing is required, so it is the place that was missing
        if slot is None:
            return None
        return Offer(outcome.reply, {"commands": (command,), "slot": slot.name, "choices": slot.values})
    if outcome.verdict.rule in _BAD_VALUE:
        number = next((s for s in intent.slots.values() if s.kind == "number" and s.name in command.slots), None)
        if number is not None:
            kept = {name: value for name, value in command.slots.items() if name not in (number.name, "unit")}
            bare = replace(command, slots=kept)
            return Offer(outcome.reply, {"commands": (bare,), "slot": number.name, "soft": True})
    return None
