"""Time and date, from the clock of the system that cabin runs on.

Whether the hour counts to 12 or 24 is the car's setting (Vehicle.Cabin.Infotainment.HMI.TimeFormat), where it has one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cabin.errors import VehicleError
from cabin.vehicle.action import ActionResult

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["TIME_FORMAT", "say_date", "say_time", "tell_date", "tell_time"]

TIME_FORMAT = "Vehicle.Cabin.Infotainment.HMI.TimeFormat"

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Spelled here: strftime follows the system's locale, and the replies are English."""

_NOON = 12


def tell_time(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Answer with the local time."""
    try:
        use_24_hours = vehicle.read(TIME_FORMAT).value == "HR_24"
    except VehicleError:
        use_24_hours = False
    return ActionResult(reply=f"It is {say_time(datetime.now().astimezone(), use_24_hours=use_24_hours)}.")


def tell_date(_command: Command, _intent: Intent, _vehicle: VehicleInterface) -> ActionResult:
    """Answer with the local date."""
    return ActionResult(reply=f"Today is {say_date(datetime.now().astimezone())}.")


def say_time(now: datetime, *, use_24_hours: bool) -> str:
    """Word a time of day: "3:05 pm" or "15:05"."""
    if use_24_hours:
        return f"{now.hour}:{now.minute:02d}"
    return f"{now.hour % _NOON or _NOON}:{now.minute:02d} {'am' if now.hour < _NOON else 'pm'}"


def say_date(now: datetime) -> str:
    """Word a date: "Sunday, March 1, 2026"."""
    return f"{_DAYS[now.weekday()]}, {_MONTHS[now.month - 1]} {now.day}, {now.year}"
