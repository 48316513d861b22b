"""What the roof box may carry, what is in it, and when its lid may move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cabin.config import Bounds
from cabin.messages import Verdict
from cabin.vehicle.action import ActionResult

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["LOAD", "RoofBoxConfig", "lid_lifts", "limit_kg", "report", "use"]

LOAD = "Vehicle.Body.RoofBox.Load"


@dataclass(frozen=True)
class RoofBoxConfig:
    """A roof box."""

    max_load_kg: Annotated[float, Bounds(1, 200)] = 75.0
    """How much it may carry."""


_configs = [RoofBoxConfig()]


def use(config: RoofBoxConfig) -> None:
    """Take these settings from here on."""
    _configs[0] = config


def limit_kg() -> float:
    """Return how much the box may carry."""
    return _configs[0].max_load_kg


def report(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Say how much more fits. Raises VehicleError when the car does not answer."""
    load = vehicle.read(LOAD)
    if not isinstance(load.value, int | float):
        return ActionResult(readings=(load,), reply="The roof box does not tell its load.")
    left_kg = limit_kg() - load.value
    reply = (
        f"{left_kg:g} kilograms more fit in the roof box."
        if left_kg >= 0
        else f"The roof box is {-left_kg:g} kilograms too heavy."
    )
    return ActionResult(readings=(load,), reply=reply)


def lid_lifts(command: Command, vehicle: VehicleInterface) -> Verdict | None:
    """Refuse to open a box that is too heavy."""
    if command.intent != "roof_box.open":
        return None
    load = vehicle.read(LOAD).value
    if isinstance(load, int | float) and load <= limit_kg():
        return None
    return Verdict("refuse", "The roof box is too heavy for its lid.", "roofbox.lid_lifts")
