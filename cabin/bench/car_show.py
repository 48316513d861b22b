"""The simulated car driven before one's eyes: frames of what it is like, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cabin.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from cabin.messages import Signal, SignalValue

__all__ = ["GROUPS", "CarFrame", "Shown", "parse_fault", "rows_of", "show_car"]

_STATION = "Vehicle.Cabin.HVAC.Station.Row1.Driver"
_TYRE = "Vehicle.Chassis.Axle.{}.Tire.Pressure"


@dataclass(frozen=True)
class Shown:
    """One signal of the picture."""

    label: str
    path: str
    form: str = "{}"
    """How a number is written."""
    scale: float = 1.0


GROUPS: Mapping[str, tuple[Shown, ...]] = {
    "driving": (
        Shown("speed", "Vehicle.Speed", "{:.0f} km/h"),
        Shown("gear", "Vehicle.Powertrain.Transmission.SelectedGear"),
        Shown("brake", "Vehicle.Chassis.ParkingBrake.IsEngaged"),
        Shown("way", "Vehicle.TraveledDistance", "{:.2f} km", 0.001),
        Shown("acceleration", "Vehicle.Acceleration.Longitudinal", "{:+.1f} m/s2"),
    ),
    "outside": (
        Shown("time", "Vehicle.CurrentLocation.LocalTime"),
        Shown("light", "Vehicle.Exterior.LightIntensity", "{:.0f} %"),
        Shown("rain", "Vehicle.Exterior.PrecipitationIntensity", "{:.1f} mm/h"),
        Shown("air", "Vehicle.Exterior.AirTemperature", "{:.1f} C"),
        Shown("headlights", "Vehicle.Body.Lights.LightSwitch"),
    ),
    "cabin": (
        Shown("air", "Vehicle.Cabin.HVAC.AmbientAirTemperature", "{:.1f} C"),
        Shown("wanted", f"{_STATION}.Temperature", "{:.1f} C"),
        Shown("fan", f"{_STATION}.FanSpeed", "{:.0f} %"),
        Shown("cooling", "Vehicle.Cabin.HVAC.IsAirConditioningActive"),
        Shown("window", "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", "{:.0f} %"),
    ),
    "energy": (
        Shown("battery", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", "{:.1f} %"),
        Shown("fuel", "Vehicle.Powertrain.FuelSystem.RelativeLevel", "{:.0f} %"),
        Shown("range", "Vehicle.Powertrain.Range", "{:.0f} km", 0.001),
        Shown("tired", "Vehicle.Driver.FatigueLevel", "{:.0f} %"),
    ),
    "tyres": (
        Shown("front left", _TYRE.format("Row1.Wheel.Left"), "{:.0f} kPa"),
        Shown("front right", _TYRE.format("Row1.Wheel.Right"), "{:.0f} kPa"),
        Shown("rear left", _TYRE.format("Row2.Wheel.Left"), "{:.0f} kPa"),
        Shown("rear right", _TYRE.format("Row2.Wheel.Right"), "{:.0f} kPa"),
    ),
}
"""What the picture shows."""

_GEARS = {126: "P", 127: "D", 0: "N", -1: "R"}
_ALWAYS_MOVING = frozenset(shown.path for group in GROUPS.values() for shown in group if shown.form != "{}") | {
    "Vehicle.CurrentLocation.LocalTime",
    "Vehicle.Body.Raindetection.Intensity",
}
_EVENTS_KEPT = 8


@dataclass(frozen=True)
class CarFrame:
    """The car at one moment."""

    at_s: float
    """On the car's clock."""
    changed: Mapping[str, SignalValue | None]
    """Signals that changed since the frame before, as the car tells them."""
    values: Mapping[str, SignalValue] = field(default_factory=dict)
    """All signals."""
    events: tuple[str, ...] = ()
    """The latest changes of what does not change all the time, and what was said."""
    spoken: tuple[str, ...] = ()
    """What was said and answered just now."""
    is_over: bool = False


def show_car(
    car: Any, frame_s: float, end_s: float | None, sayings: Sequence[tuple[float, str]] = (), say: Any = None
) -> Iterator[CarFrame]:
    """Yield frames while the car goes on by `frame_s` each, until the drive is over or `end_s`.

    `car` is a simulated one; `say` is given each text of `sayings` at its time and returns the reply.
    """
    told: dict[str, SignalValue | None] = {}
    events: list[str] = []

    def observe(signal: Signal) -> None:
        told[signal.path] = signal.value
        if signal.path not in _ALWAYS_MOVING and "Tire" not in signal.path and "Acceleration" not in signal.path:
            events.append(
                f"{car.now_ms / 1000:7.1f} s  {signal.path.removeprefix('Vehicle.')} = {_plain(signal.value)}"
            )

    end = car.subscribe(list(car.signals()), observe)
    waiting = sorted(sayings)
    try:
        while True:
            spoken: list[str] = []
            while waiting and waiting[0][0] <= car.now_ms / 1000 + 1e-6:
                _, text = waiting.pop(0)
                at = f"{car.now_ms / 1000:7.1f} s"
                spoken += [f"{at}  said: {text}", f"{at}  reply: {say(text)}"]
            events += spoken
            now_s = car.now_ms / 1000
            driving = car.physics.driving if car.physics is not None else None
            is_over = (end_s is not None and now_s >= end_s - 1e-6) or (
                end_s is None and not waiting and (driving is None or driving.is_over)
            )
            yield CarFrame(now_s, dict(told), car.snapshot(), tuple(events[-_EVENTS_KEPT:]), tuple(spoken), is_over)
            if is_over:
                return
            told.clear()
            ahead_s = frame_s if end_s is None else min(frame_s, end_s - now_s)
            if waiting:
                ahead_s = min(ahead_s, max(0.001, waiting[0][0] - now_s))
            car.advance(ahead_s * 1000)
    finally:
        end()


def rows_of(group: str, values: Mapping[str, SignalValue]) -> list[tuple[str, str]]:
    """Return label and value of what the car has of a group of the picture."""
    found = []
    for shown in GROUPS[group]:
        if shown.path in values:
            found.append((shown.label, _said(shown, values[shown.path])))
    return found


def parse_fault(text: str, kinds: Sequence[str], signals: Mapping[str, Any]) -> dict[str, Any]:
    """Read SIGNAL=KIND[:NUMBER][@SECOND[+SECONDS]] as an entry of `planned_faults`. Raises UsageError.

    The number is what the kind needs: `way` of jammed, `at` of obstructed, `sigma` of noise, `factor` of slow.
    """
    path, equals, rest = text.partition("=")
    kind, _, times = rest.partition("@")
    kind, _, number = kind.partition(":")
    at, _, lasting = times.partition("+")
    expected = "SIGNAL=KIND[:NUMBER][@SECOND[+SECONDS]]"
    if not equals or not kind:
        raise UsageError(Problem("no fault", "--fault", repr(text), expected))
    if kind not in kinds:
        raise UsageError(Problem(f"no fault {kind!r}", "--fault", "", ", ".join(kinds), nearest(kind, kinds)))
    if path != "*" and path not in signals:
        raise UsageError(Problem(f"unknown signal {path!r}", "--fault", hint=nearest(path, signals)))
    entry: dict[str, Any] = {"signal": path, "kind": kind}
    needs = {"jammed": "way", "obstructed": "at", "noise": "sigma", "slow": "factor"}.get(kind)
    if number and needs is None:
        raise UsageError(Problem(f"{kind} takes no number", "--fault", repr(text), expected))
    for key, told in ((needs, number), ("at_s", at), ("for_s", lasting)):
        if told and key is not None:
            try:
                entry[key] = float(told)
            except ValueError:
                raise UsageError(Problem(f"no number {told!r}", "--fault", repr(text), expected)) from None
    return entry


def _said(shown: Shown, value: SignalValue) -> str:
    if shown.label == "gear":
        return _GEARS.get(int(value), str(value)) if isinstance(value, int) else str(value)
    if isinstance(value, bool | str):
        return _plain(value)
    return shown.form.format(value * shown.scale).replace("-0.0 ", "+0.0 ")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
