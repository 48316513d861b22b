"""Signals that cabin asks a car for even when no catalog names them: for policy and units.

Standard VSS 6 paths but for the three that the standard lacks: local time, valet mode, workshop mode.
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
    SignalSpec("Vehicle.Cabin.IsWindowChildLockEngaged", "actuator", "boolean", initial=False),
    SignalSpec(
        "Vehicle.Cabin.Door.Row2.DriverSide.ChildLockSwitch", "actuator", "boolean", is_standard=False, initial=False
    ),
    SignalSpec(
        "Vehicle.Cabin.Door.Row2.PassengerSide.ChildLockSwitch", "actuator", "boolean", is_standard=False, initial=False
    ),
    SignalSpec("Vehicle.Driver.FatigueLevel", "sensor", "float", "percent", 0, 100, initial=0.0),
    SignalSpec("Vehicle.Driver.DistractionLevel", "sensor", "float", "percent", 0, 100, initial=0.0),
    SignalSpec("Vehicle.Exterior.LightIntensity", "sensor", "float", "percent", 0, 100, initial=80.0),
    SignalSpec("Vehicle.IsValetModeActive", "sensor", "boolean", is_standard=False, initial=False),
    SignalSpec("Vehicle.Service.IsWorkshopModeActive", "sensor", "boolean", is_standard=False, initial=False),
    SignalSpec("Vehicle.CurrentLocation.LocalTime", "sensor", "string", is_standard=False, initial="12:00"),
)

BASE_SIGNALS = {spec.path: spec for spec in _SPECS}
"""By path."""
