"""Drowsiness: eyelids, steering, lane, time at the wheel. docs/driver-monitoring.md tells how such a plugin is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cabin.hookspecs import Register, hookimpl

if TYPE_CHECKING:
    import click

    from cabin.monitoring.monitor import Monitor, MonitorFactory

__all__ = ["configure", "make_monitor", "register_commands", "register_config", "register_monitors"]

_own: dict[str, Any] = {}


def make_monitor() -> Monitor:
    """Make the monitor with the plugin's section of cabin.yaml."""
    from cabin_drowsiness.monitor import DrowsinessMonitor

    return DrowsinessMonitor(_own.get("drowsiness"))


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Offer the section `plugins.drowsiness`."""
    from cabin_drowsiness.settings import DrowsinessSettings

    register("drowsiness", DrowsinessSettings, "when a driver counts as tired")


@hookimpl
def configure(sections: Mapping[str, Any]) -> None:
    """Keep it."""
    _own.update(sections)


@hookimpl
def register_monitors(register: Register[MonitorFactory]) -> None:
    """Offer the monitor."""
    register("drowsiness", make_monitor, "eyelids, steering, lane, time at the wheel: offers a rest, wakes who sleeps")


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `cabin make-drive`."""
    from cabin_drowsiness.command import make_drive

    cli.add_command(make_drive)
