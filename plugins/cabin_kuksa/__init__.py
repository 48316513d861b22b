"""A car behind a KUKSA databroker, spoken to in its protocol kuksa.val.v2. Registered as "kuksa".

Needs the extra `kuksa` (the package kuksa-client, of which the published protobuf stubs are used: its own client offers
reading and actuation in the older protocol only).
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
    """Connect to the databroker that the section of vehicle.yaml names. It may come up later.

    Raises ConfigError for what is wrong in the section, or when kuksa-client is not installed.
    """
    from cabin.config.plain import bind_plain
    from cabin.vehicle.base_signals import BASE_SIGNALS
    from cabin_kuksa.settings import KuksaSettings

    settings = bind_plain(KuksaSettings, section, "interfaces.kuksa")
    try:
        from cabin_kuksa.car import KuksaCar
    except ImportError as error:
        what = f"the package for KUKSA is not installed ({error})"
        raise ConfigError(Problem(what, "interface: kuksa", hint="pip install 'cabin[kuksa]'")) from error
    return KuksaCar({**BASE_SIGNALS, **specs}, settings)


@hookimpl
def register_vehicles(register: Register[VehicleFactory]) -> None:
    """Offer the car."""
    register("kuksa", make_car, "a KUKSA databroker: kuksa.val.v2, TLS, token, reconnect")
