"""Set one signal from an action and read back what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.messages import SignalChange

if TYPE_CHECKING:
    from cabin.messages import SignalValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["set_signal"]

WRITE_DEADLINE_MS = 500.0
"""Past this the write is dropped for good."""

READ_BACK_MS = 500.0
"""How long a switch may take to show its new state."""


def set_signal(vehicle: VehicleInterface, path: str, target: SignalValue) -> SignalChange:
    """Write, wait for the value, and tell both. Raises VehicleError when the car does not take it."""
    before = vehicle.read(path).value
    vehicle.write(path, target, WRITE_DEADLINE_MS)
    after = vehicle.wait_for(path, target, READ_BACK_MS).value
    return SignalChange(path, before, target, after, confirmed=after == target)
