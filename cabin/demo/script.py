"""demo.yaml: the recordings, what the car is doing when each is played, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import Refusal, SignalValue, SlotValue, Status
from cabin.yamlfile import Node, load_yaml

__all__ = ["RECORDINGS", "DemoEntry", "ExpectedCommand", "load_script"]

RECORDINGS = Path(__file__).parent / "recordings"
"""The folder of the bundled recordings, with demo.yaml."""

_KEYS = ("file", "text", "voice", "speed", "noise", "car", "expect", "refused", "status")


@dataclass(frozen=True)
class ExpectedCommand:
    """One command that the intent parser must find."""

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoEntry:
    """One recording."""

    file: Path
    text: str
    """What is said in it."""
    voice: str = ""
    noise: Mapping[str, float] = field(default_factory=dict)
    """The car noise mixed in: snr_db, speed_kph, rpm; empty: none."""
    car: Mapping[str, SignalValue] = field(default_factory=dict)
    """Signals set before it is played."""
    expect: tuple[ExpectedCommand, ...] = ()
    refused: Refusal | None = None
    status: tuple[str, ...] = ()
    """What must become of each command; one `refused` where the parser refuses."""


def load_script(file: Path = RECORDINGS / "demo.yaml") -> tuple[DemoEntry, ...]:
    """Read the list. Raises ConfigError with every mistake found."""
    problems: list[Problem] = []
    root = load_yaml(file)
    section = root.get("recordings")
    if section is None or not isinstance(section.value, list) or not section.value:
        raise ConfigError(Problem("no recordings in it", str(file), expected="recordings: [...]"))
    entries = tuple(_entry(node, file.parent, problems) for node in section.value)
    if problems:
        raise ConfigError(problems)
    return entries


def _entry(node: Node, folder: Path, problems: list[Problem]) -> DemoEntry:
    if not isinstance(node.value, dict):
        problems.append(Problem("a recording is no mapping", node.where, node.seen))
        return DemoEntry(folder, "")
    for key, child in node.items():
        if key not in _KEYS:
            problems.append(Problem(f"unknown key {key!r}", child.where, hint=nearest(key, _KEYS)))
    plain = node.plain()
    refused, status = plain.get("refused"), tuple(plain.get("status") or ())
    if refused is not None and refused not in get_args(Refusal):
        problems.append(Problem("unknown refusal", node.where, repr(refused), ", ".join(get_args(Refusal))))
    problems.extend(
        Problem("unknown status", node.where, repr(name), ", ".join(get_args(Status)))
        for name in status
        if name not in get_args(Status)
    )
    file = folder / str(plain.get("file", ""))
    if not file.is_file():
        problems.append(Problem("no such recording", node.where, str(file)))
    expect = tuple(
        ExpectedCommand(str(call.get("intent", "")), call.get("slots") or {})
        for call in plain.get("expect") or ()
        if isinstance(call, dict)
    )
    if not expect and refused is None:
        problems.append(Problem("a recording needs `expect` or `refused`", node.where))
    return DemoEntry(
        file,
        str(plain.get("text", "")),
        str(plain.get("voice", "")),
        plain.get("noise") or {},
        plain.get("car") or {},
        expect,
        cast("Refusal | None", refused),
        status,
    )
