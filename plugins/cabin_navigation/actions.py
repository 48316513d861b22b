"""Questions about the route: without one, the honest answer is that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.dialog.words import say_value
from cabin.vehicle.action import ActionResult
from cabin.vehicle.units import UnitSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command, Signal
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["arrival", "next_turn"]

_NAVIGATION = "Vehicle.Cabin.Infotainment.Navigation"
_ACTIVE = f"{_NAVIGATION}.Guidance.IsActive"
_DESTINATION = f"{_NAVIGATION}.Guidance.Destination"
_TURN = f"{_NAVIGATION}.Guidance.NextManeuver"
_TIME_MIN = f"{_NAVIGATION}.Guidance.TimeToDestination"
_DISTANCE_KM = f"{_NAVIGATION}.Guidance.DistanceToDestination"

_NO_ROUTE = "No route is set."
_CALCULATING = "The route is not calculated yet."

_MINUTES_AN_HOUR = 60


def next_turn(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Tell the next manoeuvre as the navigation words it. Raises VehicleError when the car does not answer."""
    active = vehicle.read(_ACTIVE)
    if not active.value:
        return ActionResult(readings=(active,), reply=_NO_ROUTE)
    turn = vehicle.read(_TURN)
    return ActionResult(readings=(active, turn), reply=f"{turn.value}." if turn.value else _CALCULATING)


def arrival(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Tell time and distance to the destination, in the car's units. Raises VehicleError."""
    active = vehicle.read(_ACTIVE)
    if not active.value:
        return ActionResult(readings=(active,), reply=_NO_ROUTE)
    goal, minutes, distance = (vehicle.read(path) for path in (_DESTINATION, _TIME_MIN, _DISTANCE_KM))
    readings = (active, goal, minutes, distance)
    left, far = _number(minutes), _number(distance)
    if left is None or far is None:
        return ActionResult(readings=readings, reply=_CALCULATING)
    way = say_value(vehicle.signals()[_DISTANCE_KM], far, UnitSettings.of(vehicle))
    return ActionResult(readings=readings, reply=f"It is {_say_minutes(left)} and {way} to {goal.value}.")


def _number(signal: Signal) -> float | None:
    """Return a reading that is known and above zero; zero is what a navigation without a route reports."""
    value = signal.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)


def _say_minutes(minutes: float) -> str:
    """Word a time: "1 hour 5 minutes"."""
    hours, rest = divmod(round(minutes), _MINUTES_AN_HOUR)
    words = [
        f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (rest, "minute")) if number
    ]
    return " ".join(words) or "less than a minute"
