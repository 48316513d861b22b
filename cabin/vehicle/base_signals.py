"""Signals that cabin asks a car for even when no catalog names them: for policy and units.

All are standard VSS 6 paths.
"""

from __future__ import annotations

from cabin.catalog.schema import SignalSpec

__all__ = ["BASE_SIGNALS"]

PARK = 126
"""SelectedGear of VSS: 126 is park, 127 drive, 0 neutral, -1 reverse."""

_SPECS = (
    SignalSpec("Vehicle.Speed", "sensor", "float", "km/h", initial=0.0),
    SignalSpec("Vehicle.Powertrain.Transmission.SelectedGear", "actuator", "int8", initial=PARK),
    SignalSpec("Vehicle.Chassis.ParkingBrake.IsEngaged", "actuator", "boolean", initial=True),
    SignalSpec(
        "Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus",
        "sensor",
        "string",
        allowed=("UNKNOWN", "OCCUPIED", "EMPTY"),
        initial="OCCUPIED",
    ),
    SignalSpec("Vehicle.Cabin.Infotainment.HMI.TemperatureUnit", "actuator", "string", allowed=("C", "F"), initial="C"),
    SignalSpec(
        "Vehicle.Cabin.Infotainment.HMI.DistanceUnit",
        "actuator",
        "string",
        allowed=("MILES", "KILOMETERS"),
        initial="KILOMETERS",
    ),
)

BASE_SIGNALS = {spec.path: spec for spec in _SPECS}
"""By path."""
