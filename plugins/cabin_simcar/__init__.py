"""The simulated car: a vehicle interface with no vehicle behind it, for demos, tests and the bench.

Registered as "simulated". Nothing is simulated but signals: types, ranges, actuators that take their time, and faults.
No physics: a heater that is on does not warm the cabin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cabin.hookspecs import Register, hookimpl

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import VehicleFactory, VehicleInterface

__all__ = ["make_car", "register_vehicles"]


def make_car(specs: Mapping[str, SignalSpec], section: Mapping[str, Any]) -> VehicleInterface:
    """Build the car from the catalogs' signals and its section of vehicle.yaml.

    Raises ConfigError for what is wrong there.
    """
    from cabin_simcar.car import SimulatedCar
    from cabin_simcar.settings import parse_settings

    return SimulatedCar(specs, parse_settings(section))


@hookimpl
def register_vehicles(register: Register[VehicleFactory]) -> None:
    """Offer the car."""
    register("simulated", make_car, "a car in memory: VSS signals, actuators that take their time, faults on demand")
