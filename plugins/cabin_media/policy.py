"""The one rule of media that depends on a slot: no television while the car moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.errors import VehicleError
from cabin.messages import Verdict

if TYPE_CHECKING:
    from cabin.messages import Command
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["RULE", "SPEED", "television_stands"]

SPEED = "Vehicle.Speed"
RULE = "cabin_media.television"

_STANDING_KMH = 0.5
"""Below this a speed sensor's noise counts as standing."""


def television_stands(command: Command, vehicle: VehicleInterface) -> Verdict | None:
    """Refuse the source tv unless the car is known to stand; no opinion on anything else.

    A catalog's policy holds for a whole intent; only this one value of slot source needs the car to stand.
    """
    if command.intent not in ("source.set", "media.play") or command.slots.get("source") != "tv":
        return None
    try:
        speed = vehicle.read(SPEED).value
    except VehicleError:
        speed = None
    if isinstance(speed, bool) or not isinstance(speed, int | float):
        return Verdict("refuse", "I cannot tell whether the car is standing, so the television stays off.", RULE)
    if abs(speed) > _STANDING_KMH:
        return Verdict("refuse", "The television stays off while the car is moving.", RULE)
    return None
