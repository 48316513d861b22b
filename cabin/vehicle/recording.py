"""The file of a recording: JSON lines, one event each, times in milliseconds from the beginning of the part.

    {"cabin": "recording", "version": 1, "car": "kuksa"}
    {"t": 0.0, "kind": "state", "path": "Vehicle.Speed", "value": 0.0, "stamp": 17.2}
    {"t": 12.5, "kind": "change", "path": "Vehicle.Speed", "value": 3.5, "stamp": 29.0}
    {"t": 13.0, "kind": "read", "path": "Vehicle.Speed", "value": 3.5, "stamp": 29.0}
    {"t": 14.0, "kind": "write", "path": "Vehicle.Body.Horn.IsActive", "value": true, "deadline": 200, "ms": 1.2}

`state` is what held when the part began, so that each part can be driven alone. A read or write that failed has `error`
(the class) and `told` (the message).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from cabin.errors import ConfigError, Problem
from cabin.messages import SignalValue

__all__ = ["Event", "Kind", "header", "line_of", "load_recording"]

Kind = Literal["state", "change", "read", "write"]
VERSION = 1


@dataclass(frozen=True)
class Event:
    """One line."""

    t: float
    """Milliseconds from the beginning of the part."""
    kind: Kind
    path: str
    value: SignalValue | None
    stamp: float | None = None
    """The car's own time of the value, milliseconds."""
    deadline: float | None = None
    """Of a write, milliseconds."""
    ms: float | None = None
    """How long a read or write took."""
    error: str = ""
    """The class of what it raised."""
    told: str = ""


def header(car: str) -> str:
    """Return the first line."""
    return json.dumps({"cabin": "recording", "version": VERSION, "car": car}) + "\n"


def line_of(event: Event) -> str:
    """Return an event as its line; what is empty is left out."""
    told = {key: value for key, value in asdict(event).items() if key == "value" or value not in (None, "")}
    return json.dumps(told, ensure_ascii=False) + "\n"


def load_recording(file: Path) -> list[Event]:
    """Return a part's events in the order of time.

    A last line that was cut off is left out: the car may have lost its power. Raises ConfigError with all mistakes.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        what = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise ConfigError(Problem(what, str(file))) from error
    if not _is_header(lines[0]):
        expected = f'{{"cabin": "recording", "version": {VERSION}}}'
        raise ConfigError(Problem("is no recording of this version", f"{file}:1", lines[0][:80], expected))
    problems: list[Problem] = []
    events = list(_events(lines, file, problems))
    if problems:
        raise ConfigError(problems[:20])
    return sorted(events, key=lambda event: event.t)


def _events(lines: list[str], file: Path, problems: list[Problem]) -> Iterator[Event]:
    for number, line in enumerate(lines[1:-1], 2):  # after the last newline comes nothing, or half a line
        try:
            told = json.loads(line)
            event = Event(**told)
            usable = (
                isinstance(event.t, int | float)
                and event.kind in get_args(Kind)
                and isinstance(event.path, str)
                and isinstance(event.value, bool | int | float | str | None)
            )
        except (ValueError, TypeError):
            usable = False
        if usable:
            yield event
        else:
            problems.append(Problem("is no event of a recording", f"{file}:{number}", line[:80]))


def _is_header(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and (told.get("cabin"), told.get("version")) == ("recording", VERSION)
