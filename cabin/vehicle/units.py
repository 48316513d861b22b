"""Units: those a driver says, those a signal has, and the way between.

A driver says one of the catalog's unit words (percent, celsius, fahrenheit, degree, level, kmh, mph, minute, mhz,
khz) or none. A signal has a VSS unit ("Celsius", "km/h", "percent", "s", ...). Conversions are affine: y = a * x + b; a
step ("two degrees warmer") uses a alone. Factors: the international mile is 1609.344 m; F = 9/5 C + 32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from cabin.errors import CabinError
from cabin.vehicle.signals import bounds

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import VehicleInterface

__all__ = [
    "DISTANCE_UNIT",
    "TEMPERATURE_UNIT",
    "UnitSettings",
    "from_signal",
    "named_scale",
    "other_scale",
    "spoken_unit",
    "to_signal",
]

TEMPERATURE_UNIT = "Vehicle.Cabin.Infotainment.HMI.TemperatureUnit"
"""C or F: what "degree" means, and no unit at all beside a temperature."""

DISTANCE_UNIT = "Vehicle.Cabin.Infotainment.HMI.DistanceUnit"
"""KILOMETERS or MILES: what a speed or distance without a unit means."""

# unit -> (dimension, factor, offset): amount in the dimension's base = factor * value + offset
_UNITS: dict[str, tuple[str, float, float]] = {
    "celsius": ("temperature", 1.0, 0.0),
    "fahrenheit": ("temperature", 5 / 9, -160 / 9),
    "km/h": ("speed", 1.0, 0.0),
    "mph": ("speed", 1.609344, 0.0),
    "m/s": ("speed", 3.6, 0.0),
    "m": ("length", 1.0, 0.0),
    "km": ("length", 1000.0, 0.0),
    "mile": ("length", 1609.344, 0.0),
    "s": ("time", 1.0, 0.0),
    "min": ("time", 60.0, 0.0),
    "h": ("time", 3600.0, 0.0),
    "hz": ("frequency", 1.0, 0.0),
    "khz": ("frequency", 1e3, 0.0),
    "mhz": ("frequency", 1e6, 0.0),
    "percent": ("ratio", 1.0, 0.0),
}
_ALIASES = {
    "kmh": "km/h",
    "minute": "min",
    "minutes": "min",
    "seconds": "s",
    "c": "celsius",
    "f": "fahrenheit",
    "degrees celsius": "celsius",
    "%": "percent",
    "miles": "mile",
}


@dataclass(frozen=True)
class UnitSettings:
    """What the car shows its driver."""

    temperature: Literal["celsius", "fahrenheit"] = "celsius"
    """What a number of degrees means when no scale is said."""
    distance: Literal["km", "mile"] = "km"
    """Whether a speed without a unit is km/h or mph, and a distance km or miles."""

    def begin(self, specs: Mapping[str, SignalSpec]) -> dict[str, SignalSpec]:
        """Return the signals, with the two settings beginning as these: what a simulated car shows its driver."""
        from cabin.catalog.schema import SignalSpec

        shown = (
            (TEMPERATURE_UNIT, ("C", "F"), "F" if self.temperature == "fahrenheit" else "C"),
            (DISTANCE_UNIT, ("MILES", "KILOMETERS"), "MILES" if self.distance == "mile" else "KILOMETERS"),
        )
        begun = dict(specs)
        for path, allowed, initial in shown:
            spec = specs.get(path) or SignalSpec(path, "actuator", "string", allowed=allowed)
            begun[path] = replace(spec, initial=initial)
        return begun

    @classmethod
    def of(cls, vehicle: VehicleInterface, default: UnitSettings | None = None) -> UnitSettings:
        """Ask the car; what it does not tell is taken from `default`."""
        default = default or cls()
        temperature = _setting(vehicle, TEMPERATURE_UNIT)
        distance = _setting(vehicle, DISTANCE_UNIT)
        return cls(
            "fahrenheit" if temperature == "F" else "celsius" if temperature == "C" else default.temperature,
            "mile" if distance == "MILES" else "km" if distance == "KILOMETERS" else default.distance,
        )


def spoken_unit(said: str | None, spec: SignalSpec, settings: UnitSettings) -> str:
    """Return the unit that a number beside the word `said` (None: no word) has for this signal; "" is the signal's own.

    "degree" and no word follow the car's settings: Celsius or Fahrenheit for temperatures, km/h or mph for speeds.
    """
    unit = _canonical(said or "")
    dimension = _UNITS.get(_canonical(spec.unit), ("", 1.0, 0.0))[0]
    if unit in ("", "degree", "degrees") and dimension == "temperature":
        return settings.temperature
    if unit == "" and dimension == "speed":
        return "mph" if settings.distance == "mile" else "km/h"
    if unit == "" and dimension == "length" and _canonical(spec.unit) in ("km", "mile"):
        return settings.distance
    return "" if unit in ("degree", "degrees", "level") else unit


def other_scale(said: str | None, unit: str) -> str | None:
    """Return the scale that a temperature may have been meant in when the car's own makes no sense of the number.

    None when the driver named a scale, or when it is no temperature. 72 is no Celsius inside a car and 21 no
    Fahrenheit: where a signal's range holds the number in one scale only, that one was meant.
    """
    if said not in (None, "degree", "degrees"):
        return None
    return {"celsius": "fahrenheit", "fahrenheit": "celsius"}.get(unit)


def named_scale(unit: str, settings: UnitSettings) -> str:
    """Return the unit as replies need it: Celsius is named where the driver's own scale is Fahrenheit."""
    return "degrees celsius" if (unit, settings.temperature) == ("celsius", "fahrenheit") else unit


def to_signal(value: float, unit: str, spec: SignalSpec, *, step: bool = False) -> float | None:
    """Convert a number from `unit` (as `spoken_unit` gives it) to the signal's unit; None when they do not go together.

    `step` converts a difference: 9 Fahrenheit degrees are 5 Celsius degrees. Percent of a signal that has another unit
    is percent of its range.
    """
    line = _line(unit, spec)
    if line is None:
        return None
    factor, offset = line
    return factor * value + (0.0 if step else offset)


def from_signal(value: float, unit: str, spec: SignalSpec) -> float:
    """Convert a value of the signal to `unit`; unchanged when the two do not go together."""
    factor, offset = _line(unit, spec) or (1.0, 0.0)
    return (value - offset) / factor


def _line(unit: str, spec: SignalSpec) -> tuple[float, float] | None:
    """Return a and b of y = a * x + b from `unit` to the signal's unit, or None."""
    unit, own = _canonical(unit), _canonical(spec.unit)
    if unit in ("", own):
        return 1.0, 0.0
    if unit == "percent":
        low, high = bounds(spec)
        return None if low is None or high is None or high <= low else ((high - low) / 100, low)
    if unit not in _UNITS or own not in _UNITS:
        return None
    kind, factor, offset = _UNITS[unit]
    own_kind, own_factor, own_offset = _UNITS[own]
    return (factor / own_factor, (offset - own_offset) / own_factor) if kind == own_kind else None


def _canonical(unit: str) -> str:
    lowered = unit.strip().lower()
    return _ALIASES.get(lowered, lowered)


def _setting(vehicle: VehicleInterface, path: str) -> object:
    try:
        return vehicle.read(path).value
    except CabinError:
        return None
