"""Which VSS signal is which in the DBC: the map's file, checked against the DBC and the catalogs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import cantools

from cabin.config.plain import find_file
from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import SignalValue
from cabin.vehicle.signals import is_number, to_datatype
from cabin.yamlfile import Node, load_yaml

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec

__all__ = ["CanMap", "Mapped", "Unit", "load_map"]

logger = logging.getLogger(__name__)

_KEYS = ("at", "scale", "offset", "values")


@dataclass(frozen=True)
class Unit:
    """A control unit: the frames UNIT_Alive, UNIT_Command and UNIT_Ack of the DBC."""

    name: str
    alive: Any
    command: Any
    ack: Any
    cycle_ms: float
    """One step of its clock."""


@dataclass(frozen=True)
class Mapped:
    """One signal on the bus."""

    spec: SignalSpec
    frame: Any
    """The status frame."""
    name: str
    """The signal's name in the DBC."""
    unit: Unit | None = None
    """Who takes its commands; None: it can only be read."""
    item: int = 0
    scale: float = 1.0
    offset: float = 0.0
    """VSS value = value of the DBC * scale + offset."""
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Word of the DBC -> word of VSS, where they differ."""

    def from_bus(self, raw: Any) -> SignalValue | None:
        """Return what the DBC's value means, None when it means nothing to the signal."""
        word = str(raw)
        if self.spec.datatype == "boolean":
            meant = self.words.get(word, word)
            return meant in ("1", "1.0", "true", "True")
        if not is_number(self.spec):
            word = self.words.get(word, word)
            return word if not self.spec.allowed or word in self.spec.allowed else None
        try:
            value = float(raw) * self.scale + self.offset
        except (TypeError, ValueError):
            return None
        return value if self.spec.datatype == "double" else to_datatype(self.spec, value)

    def to_bus(self, value: SignalValue) -> Any:
        """Return what the command carries for a value of the signal."""
        if isinstance(value, bool | str):
            word = str(value).lower() if isinstance(value, bool) else value
            back = {vss: there for there, vss in self.words.items()}
            if word in back:
                return int(back[word]) if back[word].isdigit() else back[word]
            return int(value) if isinstance(value, bool) else word
        return (value - self.offset) / self.scale


@dataclass(frozen=True)
class CanMap:
    """All that is known of the bus."""

    database: Any
    signals: Mapping[str, Mapped]
    units: Mapping[str, Unit]

    @property
    def specs(self) -> dict[str, SignalSpec]:
        """The signals that the bus has, by path."""
        return {path: mapped.spec for path, mapped in self.signals.items()}


def load_map(dbc: Path, file: Path, specs: Mapping[str, SignalSpec]) -> CanMap:
    """Read both files; signals of no catalog are passed over. Raises ConfigError with all mistakes of the map."""
    database = _load_dbc(find_file(dbc))
    root = load_yaml(find_file(file))
    units = _units(database)
    problems = [
        Problem(f"unknown key {key!r}", node.where, expected="signals", hint=nearest(key, ("signals",)))
        for key, node in root.items()
        if key != "signals"
    ]
    signals: dict[str, Mapped] = {}
    for path, node in (root.get("signals") or Node({}, 0, file)).items():
        mapped = _mapped(specs.get(path), node, database, units, problems)
        if mapped is not None:
            signals[path] = mapped
    if problems:
        raise ConfigError(problems)
    absent = len(specs) - len(signals)
    if absent:
        logger.info("%d of %d signals of the catalogs are not on the bus", absent, len(specs))
    return CanMap(database, signals, units)


def _load_dbc(file: Path) -> Any:
    try:
        return cantools.database.load_file(str(file), strict=True)
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read ({error.strerror or error})", str(file))) from error
    except (cantools.Error, UnicodeDecodeError) as error:
        raise ConfigError(Problem("is no usable DBC", str(file), seen=str(error).splitlines()[0])) from error


def _units(database: Any) -> dict[str, Unit]:
    """Return the control units that speak cabin's protocol: those with all three frames."""
    frames = {frame.name: frame for frame in database.messages}
    found = {}
    for name, alive in frames.items():
        unit, _, kind = name.rpartition("_")
        command, ack = frames.get(f"{unit}_Command"), frames.get(f"{unit}_Ack")
        if kind == "Alive" and command is not None and ack is not None:
            found[unit] = Unit(unit, alive, command, ack, float(alive.cycle_time or 50))
    return found


def _mapped(
    spec: SignalSpec | None, node: Node, database: Any, units: Mapping[str, Unit], problems: list[Problem]
) -> Mapped | None:
    """Return the entry, or None with what is wrong noted; None too for a signal that no catalog has."""
    options = dict(node.items())
    for key, child in options.items():
        if key not in _KEYS:
            problems.append(Problem(f"unknown key {key!r}", child.where, expected=", ".join(_KEYS)))
    at = options.get("at", node).value
    frame_name, _, name = at.partition(".") if isinstance(at, str) else ("", "", "")
    frame = next((each for each in database.messages if each.name == frame_name), None)
    if frame is None:
        known = [each.name for each in database.messages]
        what = f"the DBC has no message {frame_name!r}" if frame_name else "no MESSAGE.SIGNAL"
        problems.append(Problem(what, node.where, node.seen, "MESSAGE.SIGNAL", nearest(frame_name, known)))
        return None
    known = [signal.name for signal in frame.signals]
    if name not in known:
        problems.append(Problem(f"{frame_name} has no signal {name!r}", node.where, hint=nearest(name, known)))
        return None
    scale, offset = (_number(options.get(key), default, problems) for key, default in (("scale", 1.0), ("offset", 0.0)))
    if scale == 0:
        problems.append(Problem("a scale of 0 tells nothing", options["scale"].where))
    words = {there: str(child.text or child.value) for there, child in (options.get("values") or node).items()}
    if spec is None or scale == 0:
        return None
    mapped = Mapped(spec, frame, name, scale=scale, offset=offset, words=words if "values" in options else {})
    unit = next((units[sender] for sender in frame.senders if sender in units), None)
    command = next((each for each in unit.command.signals if each.name == name), None) if unit is not None else None
    if spec.kind != "actuator" or command is None or not command.multiplexer_ids:
        return mapped if spec.kind != "actuator" else replace(mapped, spec=replace(spec, kind="sensor"))
    return replace(mapped, unit=unit, item=command.multiplexer_ids[0])


def _number(node: Node | None, default: float, problems: list[Problem]) -> float:
    if node is None:
        return default
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        problems.append(Problem("no number", node.where, node.seen))
        return default
    return float(node.value)
