"""Buttons that are pressed for a moment: the horn and the windscreen washer.

A signal that was set stays set; so this sets it, waits, and lets go again, whatever happens in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.errors import VehicleError
from cabin.vehicle.action import ActionResult
from cabin_body.setting import READ_BACK_MS, WRITE_DEADLINE_MS, set_signal

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["press"]

HELD_MS = 300.0
"""One clear beep, one squirt."""


def press(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Hold what the intent's case sets for a moment, then set each to false.

    Raises VehicleError when the car does not do it; whatever was pressed is released first.
    """
    places = intent.zones.get(str(command.slots.get("position", "default")), ())
    paths = [path.replace("{place}", place) for path in intent.cases[0].set for place in (places or ("",))]
    paths = list(dict.fromkeys(paths))
    try:
        changes = tuple(set_signal(vehicle, path, True) for path in paths)
        # Not a sleep: waiting passes time on the car's own clock, even on a simulated car's.
        vehicle.wait_for(paths[0], False, HELD_MS)
    finally:
        failures = [error for path in paths if (error := _release(vehicle, path)) is not None]
    if failures:
        raise failures[0]
    return ActionResult(changes=changes)


def _release(vehicle: VehicleInterface, path: str) -> VehicleError | None:
    """Let go, and hand back why not instead of raising, so that the next one is let go too."""
    try:
        vehicle.write(path, False, WRITE_DEADLINE_MS)
        vehicle.wait_for(path, False, READ_BACK_MS)
    except VehicleError as error:
        return error
    return None
