"""Recordings of cars: "recording" passes everything on to another interface and keeps it, "replay" drives it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cabin.errors import ConfigError, Problem
from cabin.hookspecs import Register, hookimpl
from cabin.vehicle.interface import VehicleInterface

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import VehicleFactory

__all__ = ["make_recording", "make_replay", "register_vehicles"]


def make_recording(_specs: Mapping[str, SignalSpec], section: Mapping[str, Any]) -> VehicleInterface:
    """Record the car that stands under `of` (the assembly opens it). Raises ConfigError."""
    from cabin.config.plain import bind_plain
    from cabin_replay.recorder import RecordingCar
    from cabin_replay.settings import RecordingSettings

    car = section.get("of")
    if not isinstance(car, VehicleInterface):
        hint = "Name the interface to record: `of: simulated`."
        raise ConfigError(Problem("no car to record", "interfaces.recording.of", repr(car), "an interface", hint))
    rest = {key: value for key, value in section.items() if key != "of"}
    return RecordingCar(car, bind_plain(RecordingSettings, rest, "interfaces.recording"))


def make_replay(specs: Mapping[str, SignalSpec], section: Mapping[str, Any]) -> VehicleInterface:
    """Drive a recording again. Raises ConfigError for what is wrong in the section or the recording."""
    from cabin.config.plain import bind_plain
    from cabin_replay.car import ReplayCar
    from cabin_replay.settings import ReplaySettings

    return ReplayCar(specs, bind_plain(ReplaySettings, section, "interfaces.replay"))


@hookimpl
def register_vehicles(register: Register[VehicleFactory]) -> None:
    """Offer both."""
    register("recording", make_recording, "another interface (`of`), with every read, write and change kept in a file")
    register("replay", make_replay, "a recording driven again, as fast as it is asked for")
