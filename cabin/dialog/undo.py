"""Undo: the signals that the last utterance changed go back to what they were, through policy and deadline.

Policy is asked about every intent of the catalog that could set a signal so: undoing "lock the doors" unlocks them, and
must be allowed to. What left nothing to put back (a call, the next song) is undone by its opposite, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cabin.dialog.carry import Carrier, case_of
from cabin.dialog.rules import Rules
from cabin.dialog.state import Done
from cabin.dialog.words import close_spaces, join_words, say_value, words_of
from cabin.errors import VehicleError
from cabin.messages import Command, Outcome, SignalChange, SignalValue, Verdict
from cabin.vehicle.expressions import same_slot
from cabin.vehicle.signals import same_value
from cabin.vehicle.units import UnitSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent, SignalSpec
    from cabin.executor import Executor, Request
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["UNDO", "NothingToUndo", "UndoPlan", "plan_undo", "undo", "writers"]

UNDO = "assistant.undo"
"""The intent that outcomes of undoing have."""


class NothingToUndo(Exception):  # noqa: N818  (no error: an answer to the driver)
    """What was done cannot be put back; the message is the reply."""


@dataclass(frozen=True)
class UndoPlan:
    """What putting back comes to."""

    changes: tuple[SignalChange, ...] = ()
    """The changes to be reversed, the latest first, each signal once."""
    commands: tuple[Command, ...] = ()
    """Commands that do the opposite of what left nothing to put back."""
    judged: tuple[Command, ...] = ()
    """Commands whose policy must allow it."""


def plan_undo(entry: Sequence[Done], executor: Executor, carrier: Carrier, rules: Rules) -> UndoPlan:
    """Return how to put back what one utterance did. Raises NothingToUndo."""
    changes: dict[str, SignalChange] = {}
    commands: list[Command] = []
    judged: list[Command] = []
    for done in reversed(entry):
        intent = carrier.intent(done.command)
        effective = [change for change in done.changes if change.after != change.before]
        if intent is None or not _is_state(intent, done.command, rules):
            opposite = carrier.opposite(done.command)
            if opposite is None:
                raise NothingToUndo(f"I can't take that back: {intent.title if intent else done.command.intent}.")
            commands.append(opposite)
            continue
        for change in effective:
            first = changes.get(change.path)  # an earlier command of the utterance: its `before` is what it was
            changes[change.path] = replace(first, before=change.before) if first else change
            judged += writers(executor.catalog, change.path, change.before, done.command)
    kept = tuple(change for change in changes.values() if change.before is not None)
    if changes and not kept:
        raise NothingToUndo("I can't take that back: the car did not tell what it was before.")
    if not kept and not commands:
        raise NothingToUndo("There is nothing to put back: it was like that before.")
    unique = [command for index, command in enumerate(judged) if command not in judged[:index]]
    return UndoPlan(kept, tuple(commands), tuple(unique))


def undo(plan: UndoPlan, executor: Executor, request: Request, device_of: Command) -> tuple[Outcome, ...]:
    """Put signals back and do the opposite commands; each outcome says what became of it.

    A signal that somebody else has changed since is left as it is.
    """
    outcomes = []
    if plan.changes:
        outcomes.append(_put_back(plan, executor, request, device_of))
    outcomes += [executor.execute(command, request) for command in plan.commands]
    return tuple(outcomes)


def writers(catalog: Catalog, path: str, value: SignalValue | None, done: Command) -> list[Command]:
    """Return a command for each intent that could set the signal to the value; all that set it, when none could."""
    could: list[Command] = []
    writes: list[Command] = []
    for intent in catalog.intents.values():
        for expression in _expressions(intent, path):
            slots = {name: v for name, v in done.slots.items() if name in intent.slots}
            command = replace(done, intent=intent.name, slots=slots, by="dialog", unsure=False)
            writes.append(command)
            if _could_set(expression, value):
                could.append(command)
                break
    return could or writes


def _put_back(plan: UndoPlan, executor: Executor, request: Request, done: Command) -> Outcome:
    vehicle = executor.vehicle
    left = [change for change in plan.changes if _is_as_it_was_left(change, vehicle)]
    command = Command(UNDO, confidence=done.confidence, by="dialog")
    if not left:
        reply = "It has been changed since, so I leave it."
        return Outcome(command, "refused", reply, Verdict("refuse", reply, "changed since"))
    targets = tuple((change.path, change.before) for change in left if change.before is not None)
    outcome = executor.restore(command, targets, plan.judged, request)
    if outcome.status not in ("done", "confirm"):
        return outcome
    thing, state = _thing_and_state(targets, done, executor)
    if outcome.status == "done":
        reply = f"Undone: {thing} is {f'back to {state}' if state else 'as it was'}."
    else:
        reply = f"Shall I put {thing} back{f' to {state}' if state else ''}?"
    return replace(outcome, reply=close_spaces(reply))


def _thing_and_state(targets: Sequence[tuple[str, SignalValue]], done: Command, executor: Executor) -> tuple[str, str]:
    """Return what is put back and to what, in words; no state where it is too much to say."""
    vehicle, intent = executor.vehicle, executor.catalog.intents.get(done.intent)
    settings = UnitSettings.of(vehicle, executor.units)
    specs: Mapping[str, SignalSpec] = vehicle.signals()
    said = dict.fromkeys(say_value(specs[path], value, settings) for path, value in targets)
    values = [words for words in said if words]
    device = (intent.device_title if intent is not None else "") or words_of(done.intent.partition(".")[0])
    thing = f"the {words_of(done.slots.get('position', ''))} {device}"
    return thing, join_words(values) if len(values) <= 2 else ""


def _is_as_it_was_left(change: SignalChange, vehicle: VehicleInterface) -> bool:
    if not change.confirmed:  # it was still on its way: nothing is known of who moved it
        return True
    spec = vehicle.signals().get(change.path)
    try:
        return spec is not None and same_value(spec, vehicle.read(change.path).value, change.after)
    except VehicleError:  # putting it back reads it again, and says that the car does not answer
        return True


def _is_state(intent: Intent, command: Command, rules: Rules) -> bool:
    """Whether the command left signals that can be put back, rather than making something happen."""
    case = case_of(intent, command.slots)
    return case is not None and case.action is None and intent.action not in rules.no_undo


def _expressions(intent: Intent, path: str) -> Iterator[Any]:
    for case in intent.cases:
        for template, expression in case.set.items():
            if path in _paths(template, intent.zones.values()):
                yield expression


def _paths(template: str, zones: Iterable[tuple[str, ...]]) -> set[str]:
    if "{place}" not in template:
        return {template}
    return {template.replace("{place}", fragment) for fragments in zones for fragment in fragments}


def _could_set(expression: Any, value: SignalValue | None) -> bool:
    if isinstance(expression, Mapping):
        if "map" in expression:
            return any(_could_set(entry, value) for key, entry in expression.items() if key != "map")
        return True
    if isinstance(expression, str) and "{" in expression:
        return True
    if isinstance(expression, bool) or isinstance(value, bool):
        return expression is value
    return value is not None and same_slot(value, expression)
