"""Faster and slower wipers: one mode of VSS's list to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.vehicle.action import ActionResult
from cabin_body.setting import set_signal

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["step_wipers"]

MODE = "Vehicle.Body.Windshield.Front.Wiping.Mode"

SPEEDS = ("OFF", "INTERVAL", "SLOW", "MEDIUM", "FAST")
"""From still to fastest. The rain sensor wipes at its own pace and counts as interval."""


def step_wipers(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Go one mode up or down, two for the amount "lot". Slower never means off.

    Raises VehicleError when the car does not do it.
    """
    signal = vehicle.read(MODE)
    now = SPEEDS.index(str(signal.value)) if signal.value in SPEEDS else SPEEDS.index("INTERVAL")
    step = 2 if command.slots.get("amount") == "lot" else 1
    if intent.action == "up":
        target, limit = min(now + step, len(SPEEDS) - 1), "The wipers already run at their fastest."
    elif now == 0:
        return ActionResult(readings=(signal,), reply="The wipers are off.")
    else:
        target, limit = max(now - step, 1), "The wipers already run at their slowest."
    if target == now:
        return ActionResult(readings=(signal,), reply=limit)
    return ActionResult(changes=(set_signal(vehicle, MODE, SPEEDS[target]),))
