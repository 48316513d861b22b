"""The action of intents that move nothing: the catalog's own reply is the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.vehicle.action import ActionResult

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["answer_only"]


def answer_only(_command: Command, _intent: Intent, _vehicle: VehicleInterface) -> ActionResult:
    """Change and read nothing."""
    return ActionResult()
