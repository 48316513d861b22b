"""The simulated car: a vehicle interface with no vehicle behind it, for demos, tests and the bench.

Registered as "simulated". Types, ranges, actuators that take their time, and faults; with `physics` or a `drive` in its
section of vehicle.yaml it goes on by itself. One file a subsystem:

- car.py        the interface: signals, time, observers
- motion.py     actuators on their way, pinch and obstruction
- driving.py    speed, gear, way; drive.py reads the drives in drives/
- weather.py    rain, daylight, time of day
- climate.py    the cabin's heat balance
- energy.py     battery, fuel, range
- tyres.py      temperature, pressure, leaks
- physics.py    all of them, stepped together; world.py is what they see
- faults.py     what can be broken; breakage.py is what is broken now
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
    register("simulated", make_car, "a car in memory: VSS signals, drives and physics if wanted, faults on demand")
