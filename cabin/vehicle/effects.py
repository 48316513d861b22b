"""Carry out a command: choose the case, work out the targets, write them, wait, read back.

Two steps, so that policy can be asked between them: `plan` only reads; `carry_out` writes. What a signal holds after is
what the car says, never what was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cabin.config.fields import Bounds
from cabin.errors import Problem, UnknownSignalError, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Signal, SignalChange
from cabin.vehicle.expressions import CannotAct, Computed, evaluate, same_slot
from cabin.vehicle.signals import same_value
from cabin.vehicle.units import UnitSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import Case, Intent, SignalSpec
    from cabin.messages import Command, SignalValue, SlotValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["Carried", "Plan", "Target", "VehicleTimes", "carry_out", "choose_case", "plan", "read_signals"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VehicleTimes:
    """How long a car may take."""

    write_deadline_ms: Annotated[float, Bounds(1, 60_000)] = 200.0
    """A write that the car has not taken by then never acts."""
    settle_ms: Annotated[float, Bounds(0, 60_000)] = 500.0
    """How long past its own travel time an actuator may take to reach its target; then it is "unconfirmed"."""
    max_wait_ms: Annotated[float, Bounds(1, 600_000)] = 20_000.0
    """The longest wait for read-back, whatever the travel time."""
    command_deadline_ms: Annotated[float, Bounds(1, 60_000)] = 5_000.0
    """A command that could not act by then, counted from the end of its utterance, is dropped. For `cabin say`, `hear`
    and `demo`; the daemon keeps `deadlines.utterance_ms` of its budget instead."""


@dataclass(frozen=True)
class Target:
    """One signal and what it is to become."""

    spec: SignalSpec
    before: SignalValue | None
    computed: Computed


@dataclass(frozen=True)
class Plan:
    """What a command comes to in this car now; nothing is written yet."""

    case: Case
    targets: tuple[Target, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Carried:
    """What was done, in the order written, and what stopped it."""

    changes: tuple[SignalChange, ...]
    error: VehicleError | None = None


def choose_case(intent: Intent, slots: Mapping[str, SlotValue]) -> Case:
    """Return the first case whose conditions hold. Raises CannotAct("no_case") when none does."""
    for case in intent.cases:
        if all(_holds(slots.get(slot), wanted) for slot, wanted in case.when.items()):
            return case
    raise CannotAct("no_case")


def plan(command: Command, intent: Intent, vehicle: VehicleInterface, defaults: UnitSettings | None = None) -> Plan:
    """Work out every signal's target. Raises CannotAct, UnknownSignalError or VehicleError; writes nothing.

    Where a position means several places of which the car lacks some, those it has are taken; when it has none of them,
    UnknownSignalError says so.
    """
    _check_slots(command, intent)
    case = choose_case(intent, command.slots)
    if case.action is not None:
        return Plan(case)
    reads = _existing(case.read, intent, command.slots, vehicle) if case.read else ()
    if not case.set:
        return Plan(case, (), reads)
    settings = UnitSettings.of(vehicle, defaults)
    targets = []
    for template, expression in case.set.items():
        for path in _existing((template,), intent, command.slots, vehicle):
            targets.append(_target(vehicle, path, expression, command.slots, settings))
    return Plan(case, tuple(targets), reads)


def carry_out(targets: tuple[Target, ...], vehicle: VehicleInterface, times: VehicleTimes) -> Carried:
    """Write all targets, then wait for each and read it back. Stops at the first write that fails; raises nothing.

    A write whose answer never came is read back before the next one; where it turns out to have acted, all goes on.
    """
    written: list[Target] = []
    settled: dict[str, SignalChange] = {}
    error: VehicleError | None = None
    for target in targets:
        try:
            vehicle.write(target.spec.path, target.computed.value, times.write_deadline_ms)
        except WriteUnknownError as failure:
            logger.warning("%s", failure)
            change = settled[target.spec.path] = _read_back(target, vehicle, times)
            error = None if change.confirmed else failure
        except VehicleError as failure:
            logger.warning("%s", failure)
            error = failure
            break
        written.append(target)
        if error is not None:
            break
    return Carried(
        tuple(settled.get(target.spec.path) or _read_back(target, vehicle, times) for target in written), error
    )


def read_signals(paths: tuple[str, ...], vehicle: VehicleInterface) -> tuple[Signal, ...]:
    """Read what a question asks for. Raises VehicleError when the car does not answer."""
    return tuple(vehicle.read(path) for path in paths)


def _check_slots(command: Command, intent: Intent) -> None:
    """Raise CannotAct for a number that the intent does not take, or a required slot that was not said."""
    for name, slot in intent.slots.items():
        value = command.slots.get(name)
        if value is None and slot.required:
            raise CannotAct("missing", slot=name)
        if slot.kind != "number" or isinstance(value, str | None):
            continue
        low, high = slot.minimum, slot.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            unit = str(command.slots.get("unit", ""))
            raise CannotAct("out_of_range", slot=name, seen=value, low=low, high=high, unit=unit)


def _holds(value: SlotValue | None, wanted: object) -> bool:
    if wanted == "given":
        return value is not None
    if wanted == "missing":
        return value is None
    return value is not None and same_slot(value, wanted)


def _existing(
    templates: tuple[str, ...], intent: Intent, slots: Mapping[str, SlotValue], vehicle: VehicleInterface
) -> tuple[str, ...]:
    """Return the paths meant, with {place} filled in, of those that this car has.

    Raises UnknownSignalError when none.
    """
    paths = [path for template in templates for path in _places(template, intent, slots)]
    known = vehicle.signals()
    found = tuple(dict.fromkeys(path for path in paths if path in known))
    if not found:
        raise UnknownSignalError(Problem("this car has no such signal", where=paths[0] if paths else intent.name))
    return found


def _places(template: str, intent: Intent, slots: Mapping[str, SlotValue]) -> tuple[str, ...]:
    if "{place}" not in template:
        return (template,)
    position = slots.get("position")
    zone = intent.zones.get("default" if position is None else str(position))
    if zone is None:
        named = tuple(name for name in intent.zones if name != "default")
        raise CannotAct("missing" if position is None else "no_place", slot="position", seen=position, choices=named)
    return tuple(template.replace("{place}", fragment) for fragment in zone)


def _target(
    vehicle: VehicleInterface, path: str, expression: Any, slots: Mapping[str, SlotValue], settings: UnitSettings
) -> Target:
    spec = vehicle.signals()[path]
    try:
        before = vehicle.read(path).value
    except VehicleError as error:  # a step needs it and says so; an absolute value does without
        logger.warning("%s", error)
        before = None
    return Target(spec, before, evaluate(expression, spec, slots, before, settings))


def _read_back(target: Target, vehicle: VehicleInterface, times: VehicleTimes) -> SignalChange:
    spec, wanted = target.spec, target.computed.value
    try:
        after = vehicle.wait_for(spec.path, wanted, _patience_ms(target, times)).value
    except (VehicleError, VehicleTimeoutError) as error:
        logger.warning("%s", error)
        after = None
    return SignalChange(spec.path, target.before, wanted, after, same_value(spec, after, wanted), spec.unit)


def _patience_ms(target: Target, times: VehicleTimes) -> float:
    """Half as long again as the way should take, plus the settling time."""
    rate, before, wanted = target.spec.rate_per_s, target.before, target.computed.value
    way_ms = 0.0
    if rate and isinstance(wanted, int | float):
        start = float(before) if isinstance(before, int | float) else 0.0
        way_ms = abs(float(wanted) - start) / rate * 1500
    return min(times.max_wait_ms, times.settle_ms + way_ms)
