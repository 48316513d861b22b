"""A drive: how fast when, in what weather, and what happens on the way. Files in drives/, or one's own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import SignalValue
from cabin.vehicle.circumstances import minutes_of
from cabin.yamlfile import Node, load_yaml

__all__ = ["DRIVES", "Drive", "DriveEvent", "drive_names", "load_drive"]

DRIVES = Path(__file__).parent / "drives"

_KEYS = ("about", "source", "start", "outside_c", "inside_c", "rain_mm_h", "clouds", "day", "parked", "repeat", "speed")
_NUMBERS = {
    "outside_c": (-50.0, 60.0),
    "inside_c": (-50.0, 90.0),
    "rain_mm_h": (0.0, 100.0),
    "clouds": (0.0, 1.0),
    "day": (1.0, 366.0),
    "repeat": (1.0, 100.0),
}


@dataclass(frozen=True)
class DriveEvent:
    """Something that happens on the way."""

    at_s: float
    set: Mapping[str, SignalValue]


@dataclass(frozen=True)
class Drive:
    """One drive."""

    name: str
    about: str
    points: tuple[tuple[float, float], ...]
    """(seconds, km/h), in between in straight lines; below 0 backwards."""
    start: str = "12:00"
    """Local time at its begin."""
    outside_c: float = 20.0
    inside_c: float | None = None
    """None: as outside."""
    rain_mm_h: float = 0.0
    clouds: float = 0.2
    day: int = 172
    """Of the year."""
    begins_parked: bool = True
    events: tuple[DriveEvent, ...] = ()
    source: str = ""

    _times: tuple[float, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the times for looking them up."""
        object.__setattr__(self, "_times", tuple(at for at, _ in self.points))

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.points[-1][0]

    def speed_at(self, time_s: float) -> float:
        """Return the speed in km/h that the drive asks for."""
        index = bisect_right(self._times, time_s)
        if index == 0:
            return self.points[0][1]
        if index == len(self.points):
            return self.points[-1][1]
        (left_s, left), (right_s, right) = self.points[index - 1], self.points[index]
        return left + (right - left) * (time_s - left_s) / (right_s - left_s)


def drive_names() -> list[str]:
    """Return the names of the drives that are shipped."""
    return sorted(path.stem for path in DRIVES.glob("*.yaml"))


def load_drive(name: str) -> Drive:
    """Return a shipped drive by its name, or one from a file by its path. Raises ConfigError with every mistake."""
    path = Path(name)
    if not name.endswith((".yaml", ".yml")):
        path = DRIVES / f"{name}.yaml"
        if name not in drive_names():
            known = drive_names()
            raise ConfigError(Problem(f"no drive {name!r}", "drive", "", ", ".join(known), nearest(name, known)))
    return _Reader().drive(load_yaml(path), path.stem)


class _Reader:
    """Collects problems while reading."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def drive(self, root: Node, name: str) -> Drive:
        if not isinstance(root.value, dict):
            raise ConfigError(Problem("a drive is no mapping", root.where, root.seen, "about: ... speed: ..."))
        for key, node in root.items():
            if key not in (*_KEYS, "events"):
                self._problem(node, f"unknown key {key!r}", ", ".join((*_KEYS, "events")), nearest(key, _KEYS))
        numbers = {key: self._number(root.get(key), key, *bounds) for key, bounds in _NUMBERS.items()}
        start = root.get("start")
        if start is not None and minutes_of(start.text) is None:
            self._problem(start, "start is no time", '"07:40"', seen=start.seen)
        points = self._points(root.get("speed"), root)
        events = self._events(root.get("events"))
        if self.problems:
            raise ConfigError(self.problems)
        repeat = int(numbers.pop("repeat") or 1)
        given: dict[str, Any] = {key: value for key, value in numbers.items() if value is not None}
        if "day" in given:
            given["day"] = int(given["day"])
        parked = root.get("parked")
        return Drive(
            name,
            self._text(root, "about"),
            _repeated(points, repeat),
            start=start.text if start is not None else "12:00",
            begins_parked=parked is None or parked.value is True,
            events=events,
            source=self._text(root, "source"),
            **given,
        )

    def _points(self, node: Node | None, root: Node) -> tuple[tuple[float, float], ...]:
        found: list[tuple[float, float]] = []
        for entry in node or ():
            pair = [each.value for each in entry]
            if len(pair) != 2 or not all(_is_number(value) for value in pair):
                self._problem(entry, "no point of a drive", "[seconds, km/h]", seen=entry.seen)
                continue
            at_s, speed = float(pair[0]), float(pair[1])  # type: ignore[arg-type]
            if found and at_s <= found[-1][0]:
                self._problem(
                    entry, "not later than the point before", f"more than {found[-1][0]:g} s", seen=f"{at_s:g}"
                )
                continue
            if not -30 <= speed <= 260:
                self._problem(entry, "no speed of a car", "-30 to 260 km/h", seen=f"{speed:g}")
            found.append((at_s, speed))
        if len(found) < 2 and not self.problems:
            self._problem(node or root, "a drive needs at least two points under 'speed'", "- [0, 0]")
        return tuple(found)

    def _events(self, node: Node | None) -> tuple[DriveEvent, ...]:
        found = []
        for entry in node or ():
            at, settings = entry.get("at_s"), entry.get("set")
            values = {path: child.value for path, child in settings.items()} if settings is not None else {}
            is_whole = at is not None and _is_number(at.value) and values
            if not is_whole or any(isinstance(value, dict | list | None) for value in values.values()):
                self._problem(entry, "no event of a drive", "{at_s: 30, set: {Vehicle...: value}}", seen=entry.seen)
                continue
            found.append(DriveEvent(float(at.value), values))  # type: ignore[arg-type, union-attr]
        return tuple(sorted(found, key=lambda event: event.at_s))

    def _number(self, node: Node | None, key: str, low: float, high: float) -> float | None:
        if node is None:
            return None
        if not _is_number(node.value) or not low <= float(node.value) <= high:  # type: ignore[arg-type]
            self._problem(node, f"{key} is no usable number", f"{low:g} to {high:g}", seen=node.seen)
            return None
        return float(node.value)  # type: ignore[arg-type]

    def _text(self, root: Node, key: str) -> str:
        node = root.get(key)
        return node.text if node is not None else ""

    def _problem(self, node: Node, what: str, expected: str = "", hint: str = "", seen: str = "") -> None:
        self.problems.append(Problem(what, node.where, seen, expected, hint))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _repeated(points: tuple[tuple[float, float], ...], times: int) -> tuple[tuple[float, float], ...]:
    """Return the points several times after one another; where two meet, one moment apart."""
    length = points[-1][0]
    return tuple(
        (at_s + length * number + (0.01 if number and not at_s else 0.0), speed)
        for number in range(times)
        for at_s, speed in points
    )
