"""Displays, the head-up display, cameras, and the assistant itself."""

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
    """Register the action of intents that only answer."""
    from cabin_system import actions

    register("answer_only", actions.answer_only, "move nothing, answer with the catalog's reply")
