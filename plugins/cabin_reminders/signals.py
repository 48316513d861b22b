"""The seats, doors and lids that are watched, and how they are called."""

from __future__ import annotations

from dataclasses import dataclass

from cabin.catalog.schema import SignalSpec

__all__ = ["LIDS", "SEATS", "Seat"]


@dataclass(frozen=True)
class Seat:
    """One place to sit."""

    name: str
    belted: SignalSpec
    occupied: SignalSpec


def _seat(name: str, where: str) -> Seat:
    base = f"Vehicle.Cabin.Seat.{where}"
    states = ("UNKNOWN", "OCCUPIED", "EMPTY")
    initial = "OCCUPIED" if name == "driver" else "EMPTY"
    return Seat(
        name,
        SignalSpec(f"{base}.IsBelted", "sensor", "boolean", initial=False),
        SignalSpec(f"{base}.OccupancyStatus", "sensor", "string", allowed=states, initial=initial),
    )


SEATS = (
    _seat("driver", "Row1.DriverSide"),
    _seat("front passenger", "Row1.PassengerSide"),
    _seat("rear left", "Row2.DriverSide"),
    _seat("rear middle", "Row2.Middle"),
    _seat("rear right", "Row2.PassengerSide"),
)
"""Left-hand drive: the driver's side is the left."""


def _lid(path: str) -> SignalSpec:
    return SignalSpec(path, "actuator", "boolean", initial=False)


LIDS = {
    "driver's door": _lid("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"),
    "passenger's door": _lid("Vehicle.Cabin.Door.Row1.PassengerSide.IsOpen"),
    "rear left door": _lid("Vehicle.Cabin.Door.Row2.DriverSide.IsOpen"),
    "rear right door": _lid("Vehicle.Cabin.Door.Row2.PassengerSide.IsOpen"),
    "trunk": SignalSpec("Vehicle.Body.Trunk.Rear.Position", "actuator", "uint8", "percent", 0, 100, initial=0),
    "hood": _lid("Vehicle.Body.Hood.IsOpen"),
}
"""By the name they are told under. The trunk tells how far it is open, the others whether."""
