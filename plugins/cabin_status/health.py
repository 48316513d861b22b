"""Answers that need several signals at once: is anything wrong with the car, and how goes the charging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.errors import UnknownSignalError
from cabin.vehicle.action import ActionResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from cabin.catalog.schema import Intent
    from cabin.messages import Command, Signal, SignalValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["CHARGING", "CHECKS", "tell_charging", "tell_health"]

_POWERTRAIN = "Vehicle.Powertrain"

CHECKS: dict[str, tuple[Callable[[SignalValue], bool], str]] = {
    "Vehicle.Service.IsServiceDue": (lambda value: value is True, "a service is due"),
    "Vehicle.Diagnostics.DTCCount": (
        lambda value: not isinstance(value, str) and value > 0,
        "there are fault codes stored",
    ),
    f"{_POWERTRAIN}.CombustionEngine.EngineOil.Level": (
        lambda value: value in ("CRITICALLY_LOW", "LOW", "CRITICALLY_HIGH"),
        "the oil level is not right",
    ),
    f"{_POWERTRAIN}.FuelSystem.IsFuelLevelLow": (lambda value: value is True, "fuel is low"),
    "Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow": (lambda value: value is True, "washer fluid is low"),
} | {
    f"Vehicle.Chassis.Axle.Row{row}.Wheel.{side}.Tire.IsPressureLow": (
        lambda value: value is True,
        f"the {'front' if row == 1 else 'rear'} {side.lower()} tire is low",
    )
    for row in (1, 2)
    for side in ("Left", "Right")
}
"""Signal -> (whether its value needs attention, the words for that)."""

CHARGING = {
    "active": f"{_POWERTRAIN}.TractionBattery.Charging.IsCharging",
    "level": f"{_POWERTRAIN}.TractionBattery.StateOfCharge.Displayed",
    "seconds": f"{_POWERTRAIN}.TractionBattery.Charging.TimeToComplete",
}
"""What the answer about charging is made of."""


def tell_health(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Name what needs attention, or say that nothing does. Raises VehicleError when the car does not answer."""
    readings = [signal for signal in (_read(vehicle, path) for path in CHECKS) if signal is not None]
    wrong = [
        CHECKS[signal.path][1]
        for signal in readings
        if signal.value is not None and CHECKS[signal.path][0](signal.value)
    ]
    known = [signal for signal in readings if signal.value is not None]
    if not known:
        return ActionResult(readings=tuple(readings), reply="The car does not tell its state.")
    if not wrong:
        return ActionResult(readings=tuple(readings), reply="The car reports no problem.")
    text = wrong[0] if len(wrong) == 1 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    return ActionResult(readings=tuple(readings), reply=f"{text[0].upper()}{text[1:]}.")


def tell_charging(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Say whether the battery charges, how full it is and how long it takes. Raises VehicleError."""
    found = {part: _read(vehicle, path) for part, path in CHARGING.items()}
    readings = tuple(signal for signal in found.values() if signal is not None)
    values = {part: signal.value if signal else None for part, signal in found.items()}
    text = "The car is charging" if values["active"] else "The car is not charging"
    level, seconds = values["level"], values["seconds"]
    if isinstance(level, int | float):
        text += f", the battery is at {level:g} percent"
    if values["active"] and isinstance(seconds, int | float) and seconds > 0:
        text += f" and needs {max(1, round(seconds / 60))} more minutes"
    return ActionResult(readings=readings, reply=f"{text}.")


def _read(vehicle: VehicleInterface, path: str) -> Signal | None:
    """Read a signal; None when this car has none such."""
    try:
        return vehicle.read(path)
    except UnknownSignalError:
        return None
