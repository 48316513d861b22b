"""The car's own state: levels, range, pressures, speed, service, time and charging."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.vehicle.action import Action

__all__ = ["catalog_dirs", "register_actions"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]


@hookimpl
def register_actions(register: Register[Action]) -> None:
    """Register the questions that no single signal answers."""
    from cabin_status import clock, health

    register("clock_time", clock.tell_time, "tell the time of day")
    register("clock_date", clock.tell_date, "tell the date")
    register("car_health", health.tell_health, "tell whether anything needs attention")
    register(
        "charging_report",
        health.tell_charging,
        "tell whether the battery charges, how full it is and how long it takes",
    )
