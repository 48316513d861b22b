"""One sentence about the doors: all of them alike, or the ones that differ, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.vehicle.action import ActionResult

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command, Signal
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["tell_doors"]

DOOR = "Vehicle.Cabin.Door.{place}.{state}"

NAMES = {
    "Row1.DriverSide": "driver's",
    "Row1.PassengerSide": "passenger's",
    "Row2.DriverSide": "rear left",
    "Row2.PassengerSide": "rear right",
}
"""As in a left-hand-drive car."""


def tell_doors(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Read the doors asked for, all when none was named. Raises VehicleError when the car does not tell."""
    places = intent.zones[str(command.slots.get("position", "default"))]
    is_open = {place: vehicle.read(DOOR.format(place=place, state="IsOpen")) for place in places}
    is_locked = {place: vehicle.read(DOOR.format(place=place, state="IsLocked")) for place in places}
    who, how = _tell(is_open, "open", "closed")
    who_locked, how_locked = _tell(is_locked, "locked", "unlocked")
    if who == who_locked:
        reply = f"{_capital(who)} {how} and {how_locked}."
    else:
        reply = f"{_capital(who)} {how}. {_capital(who_locked)} {how_locked}."
    return ActionResult(readings=(*is_open.values(), *is_locked.values()), reply=reply)


def _tell(signals: dict[str, Signal], when_true: str, when_false: str) -> tuple[str, str]:
    """Return whom to speak of, and what they are.

    All at once where they agree, else those that are open or unlocked: the ones to see to.
    """
    unknown = [place for place, signal in signals.items() if signal.value is None]
    if unknown:
        return _name(unknown), f"not telling whether {when_true} or {when_false}"
    yes = [place for place, signal in signals.items() if signal.value]
    no = [place for place in signals if place not in yes]
    if not yes or not no:
        who = "all doors are" if len(signals) == len(NAMES) else _name(list(signals))
        return who, when_true if yes else when_false
    return (_name(yes), when_true) if when_true == "open" else (_name(no), when_false)


def _name(places: list[str]) -> str:
    names = [NAMES.get(place, place) for place in places]
    if len(names) == 1:
        return f"the {names[0]} door is"
    return f"the {', '.join(names[:-1])} and {names[-1]} doors are"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
