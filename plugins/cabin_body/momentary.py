"""Buttons that are pressed for a moment: the horn and the windscreen washer.

A signal that was set stays set; so these set it, wait, and let go again, whatever happens in between.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cabin.vehicle.action import ActionResult
from cabin_body.setting import WRITE_DEADLINE_MS, set_signal

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command, SignalChange
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["press_horn", "press_washer"]

HORN = "Vehicle.Body.Horn.IsActive"
WASHER = "Vehicle.Body.Windshield.{place}.Washer.IsActive"

HORN_S = 0.3
"""One clear beep."""

WASHER_S = 0.6
"""Enough for one wipe."""


def press_horn(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Sound the horn once. Raises VehicleError when the car does not do it."""
    return ActionResult(changes=_press(vehicle, [HORN], HORN_S))


def press_washer(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Run the washer of the windows asked for. Raises VehicleError when the car does not do it."""
    places = intent.zones[str(command.slots.get("position", "default"))]
    return ActionResult(changes=_press(vehicle, [WASHER.format(place=place) for place in places], WASHER_S))


def _press(vehicle: VehicleInterface, paths: list[str], duration_s: float) -> tuple[SignalChange, ...]:
    """Hold the signals for `duration_s` and release every one, even those whose press failed."""
    try:
        changes = tuple(set_signal(vehicle, path, True) for path in paths)
        time.sleep(duration_s)
    finally:
        for path in paths:
            vehicle.write(path, False, WRITE_DEADLINE_MS)
    return changes
