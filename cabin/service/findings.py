"""One line of `cabin doctor --as-service`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Level", "ServiceFinding", "as_text", "from_plain", "judged"]

Level = Literal["ok", "warn", "fail"]

_LEVELS: dict[str, Level] = {"ok": "ok", "warn": "warn", "fail": "fail"}


@dataclass(frozen=True)
class ServiceFinding:
    """One thing looked at."""

    level: Level
    area: str
    """user, directory, device, model, limit, network, socket, unit ..."""
    what: str
    """One clause: "writes its state", "no network interface"."""
    where: str = ""
    """The file, setting or process."""
    seen: str = ""
    expected: str = ""
    hint: str = ""
    """What to do next; empty when all is well."""


def judged(
    good: bool, area: str, what: str, where: str, seen: str, expected: str, hint: str, bad: Level = "fail"
) -> ServiceFinding:
    """Return a finding that is ok, or else `bad` with the hint."""
    return ServiceFinding("ok" if good else bad, area, what, where, seen, expected, "" if good else hint)


def as_text(finding: ServiceFinding) -> Iterable[str]:
    """Return the finding's lines: the first with all that was found, the second with what to do."""
    told = [f"{finding.area}: {finding.what}"]
    told += [f"{name} {value}" for name in ("where", "seen", "expected") if (value := getattr(finding, name))]
    yield f"{finding.level:4} {'; '.join(told)}"
    if finding.hint:
        yield f"     {finding.hint}"


def from_plain(told: dict[str, Any]) -> ServiceFinding:
    """Return a finding that was sent as JSON. Raises ValueError, KeyError for what is none."""
    names = ("area", "what", "where", "seen", "expected", "hint")
    return ServiceFinding(_LEVELS[told["level"]], **{name: str(told[name]) for name in names})
