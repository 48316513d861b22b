"""Navigation, places, arrival, traffic, where the car is, the map and the weather."""

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
    """Register the questions whose answer depends on whether a route is set."""
    from cabin_navigation import actions

    register("navigation_next_turn", actions.next_turn, "tell the next turn, or that no route is set")
    register("navigation_arrival", actions.arrival, "tell time and distance left, or that no route is set")
