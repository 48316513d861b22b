"""The car's section of vehicle.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import SignalValue
from cabin_simcar.faults import FAULT_KINDS, Fault

__all__ = ["SimcarSettings", "parse_settings"]


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


def parse_settings(section: Mapping[str, Any]) -> SimcarSettings:
    """Check the section. Raises ConfigError with all that is wrong."""
    problems: list[Problem] = []
    known = {entry.name for entry in fields(SimcarSettings)}
    for key in section:
        if key not in known:
            problems.append(Problem(f"unknown key {key!r}", f"simulated.{key}", hint=nearest(key, known)))
    clock = section.get("clock", "virtual")
    if clock not in ("virtual", "real"):
        problems.append(Problem("unknown clock", "simulated.clock", repr(clock), "virtual or real"))
    times: dict[str, float] = {}
    for key, least in (("latency_ms", 0.0), ("tick_ms", 1.0)):
        value = section.get(key, getattr(SimcarSettings, key))
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 10_000:
            problems.append(Problem("no usable time", f"simulated.{key}", repr(value), f"{least:g} to 10000 ms"))
        else:
            times[key] = float(value)
    initial = section.get("initial") or {}
    if not isinstance(initial, Mapping):
        problems.append(Problem("no mapping", "simulated.initial", repr(initial), "signal: value"))
        initial = {}
    faults = _faults(section.get("faults") or {}, problems)
    if problems:
        raise ConfigError(problems)
    return SimcarSettings(clock, **times, initial=dict(initial), faults=faults)


def _faults(section: Any, problems: list[Problem]) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    if not isinstance(section, Mapping):
        problems.append(Problem("no mapping", "simulated.faults", repr(section), "signal: kind of fault"))
        return faults
    for path, kind in section.items():
        if kind in FAULT_KINDS:
            faults[path] = Fault(kind)
        else:
            hint = nearest(str(kind), FAULT_KINDS)
            problems.append(
                Problem("unknown fault", f"simulated.faults.{path}", repr(kind), ", ".join(FAULT_KINDS), hint)
            )
    return faults
