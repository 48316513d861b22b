"""What opens, locks, folds and wipes: windows, roof, doors, mirrors, wipers, horn, alarm.

Most of it is its catalog. Three things are more than setting signals, and so Python: a press of the horn or the washer
(momentary.py), the next wiper speed (wiper.py), and one answer about all doors (doors.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cabin.hookspecs import Register, hookimpl

if TYPE_CHECKING:
    from cabin.vehicle.action import Action

__all__ = ["catalog_dirs", "register_actions"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]


@hookimpl
def register_actions(register: Register[Action]) -> None:
    """Offer what the catalog names in `action:`."""
    from cabin_body.doors import tell_doors
    from cabin_body.momentary import press
    from cabin_body.wiper import step_wipers

    register("press", press, "hold what the case sets for a moment: horn, washer")
    register("step_wipers", step_wipers, "the next faster or slower wiper mode")
    register("tell_doors", tell_doors, "one sentence about which doors are open or unlocked")
