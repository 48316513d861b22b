"""A car on a CAN bus: python-can for the bus, cantools for the frames. Registered as "can"; needs the extra `can`.

What is on the bus stands in a DBC file (config/cabin.dbc), which signal is which in a map (config/can.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cabin.errors import ConfigError, Problem
from cabin.hookspecs import Register, hookimpl

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import VehicleFactory, VehicleInterface

__all__ = ["make_car", "register_vehicles"]


def make_car(specs: Mapping[str, SignalSpec], section: Mapping[str, Any]) -> VehicleInterface:
    """Open the bus that the section of vehicle.yaml names; it may come up later.

    Raises ConfigError for what is wrong in the section, the DBC or the map, or when the packages are not installed.
    """
    from cabin.config.plain import bind_plain
    from cabin.vehicle.base_signals import BASE_SIGNALS
    from cabin_can.settings import CanSettings

    settings = bind_plain(CanSettings, section, "interfaces.can")
    try:
        from cabin_can.car import CanCar
        from cabin_can.mapping import load_map
    except ImportError as error:
        what = f"a package for CAN is not installed ({error})"
        raise ConfigError(Problem(what, "interface: can", hint="pip install 'cabin[can]'")) from error
    return CanCar(load_map(settings.dbc, settings.map, {**BASE_SIGNALS, **specs}), settings)


@hookimpl
def register_vehicles(register: Register[VehicleFactory]) -> None:
    """Offer the car."""
    register("can", make_car, "a CAN bus: DBC frames, commands with counter and checksum, acknowledged")
