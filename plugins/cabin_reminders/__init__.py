"""Reminders: seat belts, and doors left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.hookspecs import Register, hookimpl

if TYPE_CHECKING:
    from cabin.monitoring.monitor import Monitor, MonitorFactory

__all__ = ["make_belts", "make_doors", "register_monitors"]


def make_belts() -> Monitor:
    """Make the monitor of seat belts."""
    from cabin_reminders.belts import BeltMonitor

    return BeltMonitor()


def make_doors() -> Monitor:
    """Make the monitor of doors, trunk and hood."""
    from cabin_reminders.doors import DoorMonitor

    return DoorMonitor()


@hookimpl
def register_monitors(register: Register[MonitorFactory]) -> None:
    """Offer both."""
    register("belts", make_belts, "seat belts: a word, a warning, an alarm until they are on")
    register("doors", make_doors, "doors, trunk and hood that are open when the car sets off")
