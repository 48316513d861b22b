"""What an action is: a command and a car in, the signals changed and read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.messages import Signal, SignalChange

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["Action", "ActionResult"]


@dataclass(frozen=True)
class ActionResult:
    """What an action did."""

    changes: tuple[SignalChange, ...] = ()
    readings: tuple[Signal, ...] = ()
    reply: str | None = None
    """A reply that replaces the catalog's."""


Action = Callable[["Command", "Intent", "VehicleInterface"], ActionResult]
"""Raises VehicleError when the car does not do it; anything else it raises is the plugin's fault and told so."""
