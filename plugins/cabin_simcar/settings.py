"""The car's section of vehicle.yaml."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import SignalValue
from cabin_simcar.drive import drive_names
from cabin_simcar.faults import FAULT_KINDS, Fault, PlannedFault
from cabin_simcar.tyres import WHEELS

__all__ = ["SimcarSettings", "parse_settings"]

_FAULT_NUMBERS = ("factor", "way", "at", "sigma")
_PLANNED = ("signal", "kind", *_FAULT_NUMBERS, "at_s", "for_s")


@dataclass(frozen=True)
class SimcarSettings:
    """How the simulated car behaves."""

    clock: Literal["virtual", "real"] = "virtual"
    """virtual: time passes only while somebody waits for a signal. real: the computer's time, for the daemon."""
    latency_ms: float = 20.0
    """From a write to the first movement: the bus and the control unit."""
    tick_ms: float = 20.0
    """How often a moving actuator tells where it is."""
    initial: Mapping[str, SignalValue] = field(default_factory=lambda: MappingProxyType({}))
    """Values before anything is said; others start at the catalog's `initial`."""
    faults: Mapping[str, Fault] = field(default_factory=lambda: MappingProxyType({}))
    """Signals that are broken from the start."""
    physics: bool = False
    """Whether the car goes on by itself: weather, way, cabin temperature, battery, tyres."""
    drive: str = ""
    """A drive that is followed, by its name or file; physics then goes on too."""
    variation: float = 0.0
    """By how much of its speed a driver strays from the drive, as a share."""
    seed: int = 0
    """Of all that is left to chance; the same seed gives the same run."""
    planned_faults: tuple[PlannedFault, ...] = ()
    """Faults that come and go by themselves."""
    leaks_kpa_per_min: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Wheel ("Row1.Wheel.Left") -> what its tyre loses."""


def parse_settings(section: Mapping[str, Any]) -> SimcarSettings:
    """Check the section. Raises ConfigError with all that is wrong."""
    reader = _Reader(section)
    settings = SimcarSettings(
        clock=reader.clock(),
        latency_ms=reader.number("latency_ms", 0, 10_000, "ms"),
        tick_ms=reader.number("tick_ms", 1, 10_000, "ms"),
        physics=reader.boolean("physics"),
        drive=reader.drive(),
        variation=reader.number("variation", 0, 0.5),
        seed=int(reader.number("seed", -(2**31), 2**31)),
        initial=dict(reader.mapping("initial", "signal: value")),
        faults=reader.faults(),
        planned_faults=reader.planned(),
        leaks_kpa_per_min=reader.leaks(),
    )
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


class _Reader:
    """Collects problems while reading."""

    def __init__(self, section: Mapping[str, Any]) -> None:
        self._section = section
        self.problems: list[Problem] = []
        known = {entry.name for entry in fields(SimcarSettings)}
        for key in section:
            if key not in known:
                self._note(f"unknown key {key!r}", key, hint=nearest(key, known))

    def clock(self) -> Any:
        """Return which clock."""
        clock = self._section.get("clock", "virtual")
        if clock not in ("virtual", "real"):
            self._note("unknown clock", "clock", repr(clock), "virtual or real")
        return clock

    def number(self, key: str, low: float, high: float, unit: str = "") -> float:
        """Return a number within bounds."""
        value = self._section.get(key, getattr(SimcarSettings, key))
        if not _is_number(value) or not low <= value <= high:
            what = "no usable time" if unit == "ms" else "no usable number"
            self._note(what, key, repr(value), f"{low:g} to {high:g} {unit}".rstrip())
            return float(getattr(SimcarSettings, key))
        return float(value)

    def boolean(self, key: str) -> bool:
        """Return whether."""
        value = self._section.get(key, False)
        if not isinstance(value, bool):
            self._note("no boolean", key, repr(value), "true or false")
        return value is True

    def drive(self) -> str:
        """Return a drive's name or file; what is in a file is told when it is read."""
        name = self._section.get("drive") or ""
        if not isinstance(name, str) or (name and not name.endswith((".yaml", ".yml")) and name not in drive_names()):
            known = drive_names()
            self._note("no such drive", "drive", repr(name), ", ".join(known), nearest(str(name), known))
            return ""
        return name

    def mapping(self, key: str, expected: str) -> Mapping[str, Any]:
        """Return a mapping."""
        value = self._section.get(key) or {}
        if not isinstance(value, Mapping):
            self._note("no mapping", key, repr(value), expected)
            return {}
        return value

    def faults(self) -> dict[str, Fault]:
        """Return what is broken from the start: signal -> kind, or a mapping with `kind` and its numbers."""
        found = {}
        for path, told in self.mapping("faults", "signal: kind of fault").items():
            entry = told if isinstance(told, Mapping) else {"kind": told}
            if isinstance(told, Fault):
                found[path] = told
                continue
            fault = self._fault(entry, f"faults.{path}", ("kind", *_FAULT_NUMBERS))
            if fault is not None:
                found[path] = fault
        return found

    def planned(self) -> tuple[PlannedFault, ...]:
        """Return what breaks later."""
        entries = self._section.get("planned_faults") or ()
        found = []
        if not isinstance(entries, list | tuple):
            self._note("no list", "planned_faults", repr(entries), "- {signal: ..., kind: ..., at_s: ...}")
            entries = ()
        for number, entry in enumerate(entries):
            where = f"planned_faults[{number}]"
            if isinstance(entry, PlannedFault):
                found.append(entry)
            elif not isinstance(entry, Mapping) or not isinstance(entry.get("signal"), str):
                self._note("no planned fault", where, repr(entry), "{signal: ..., kind: ..., at_s: ...}")
            else:
                fault = self._fault(entry, where, _PLANNED)
                times = [entry.get("at_s", 0.0), entry.get("for_s")]
                if not all(value is None or (_is_number(value) and value >= 0) for value in times):
                    self._note("no usable time", where, repr(times), "seconds, 0 or more")
                elif fault is not None:
                    found.append(PlannedFault(entry["signal"], fault, times[0] or 0.0, times[1]))
        return tuple(found)

    def leaks(self) -> dict[str, float]:
        """Return which tyres lose air."""
        found = {}
        for wheel, value in self.mapping("leaks_kpa_per_min", "wheel: kPa a minute").items():
            if wheel not in WHEELS:
                self._note("no wheel", f"leaks_kpa_per_min.{wheel}", "", ", ".join(WHEELS), nearest(wheel, WHEELS))
            elif not _is_number(value) or value < 0:
                self._note("no usable number", f"leaks_kpa_per_min.{wheel}", repr(value), "0 or more")
            else:
                found[wheel] = float(value)
        return found

    def _fault(self, entry: Mapping[str, Any], where: str, known: tuple[str, ...]) -> Fault | None:
        kind = entry.get("kind")
        for key in entry:
            if key not in known:
                self._note(f"unknown key {key!r}", where, hint=nearest(str(key), known))
        if kind not in FAULT_KINDS:
            hint = nearest(str(kind), FAULT_KINDS)
            self._note("unknown fault", where, repr(kind), ", ".join(FAULT_KINDS), hint)
            return None
        numbers: dict[str, Any] = {key: entry[key] for key in _FAULT_NUMBERS if key in entry}
        wrong = [key for key, value in numbers.items() if not _is_number(value)]
        for key in wrong:
            self._note("no number", f"{where}.{key}", repr(numbers[key]))
        return None if wrong else dataclasses.replace(Fault(kind), **numbers)

    def _note(self, what: str, key: str, seen: str = "", expected: str = "", hint: str = "") -> None:
        self.problems.append(Problem(what, f"simulated.{key}", seen, expected, hint))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
