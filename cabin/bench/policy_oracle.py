"""A second reading of policy.yaml, for checking the first: plain tables and a plain loop, nothing of cabin.vehicle.

It says of a write, and of the state that the car was in at that moment, whether the file forbids it. It shares no code
with the policy engine on purpose: PyYAML reads the file, and every test is written out here once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Moment", "PolicyOracle", "Said"]

_LOCAL_TIME = "Vehicle.CurrentLocation.LocalTime"


@dataclass(frozen=True)
class Moment:
    """What was so when something was written."""

    signals: Mapping[str, Any]
    """Every signal of the car with its value."""
    silent: frozenset[str] = frozenset()
    """Signals that could not be read."""
    speaker: str = "unknown"
    strictness: int = 0
    driver: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Said:
    """A command as the oracle needs it."""

    intent: str
    policy: str
    """The rule set that its catalog names."""
    slots: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    unsure: bool = False


class PolicyOracle:
    """The tables of one policy.yaml."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8") as stream:
            table = yaml.safe_load(stream)
        self._sets: dict[str, list[dict[str, Any]]] = {
            name: entry.get("rules") or [] for name, entry in table["sets"].items()
        }
        self._actions: list[tuple[re.Pattern[str], list[str]]] = [
            (_pattern(name), [sets] if isinstance(sets, str) else sets)
            for name, sets in (table.get("actions") or {}).items()
        ]
        self._always: list[dict[str, Any]] = table.get("always") or []
        self._writes: list[dict[str, Any]] = table.get("writes") or []
        self._patterns: dict[str, re.Pattern[str]] = {}

    def refused(self, said: Said, moment: Moment) -> str | None:
        """Return the first rule that refuses the command, or None."""
        for rule in self._rules(said):
            holds = self._all(rule.get("if") or [], said, moment, None)
            if holds is None or (holds and "refuse" in rule):
                return str(rule["rule"])
        return None

    def asks(self, said: Said, moment: Moment) -> str | None:
        """Return the first rule that wants a yes first, or None."""
        for rule in self._rules(said):
            if "confirm" in rule and self._all(rule.get("if") or [], said, moment, None):
                return str(rule["rule"])
        return "unsure" if said.unsure else None

    def forbids_write(self, path: str, value: Any, moment: Moment) -> str | None:
        """Return the first rule on writes that forbids to write the value, or None."""
        for rule in self._writes:
            if not self._is_for(path, rule["signals"]):
                continue
            holds = self._all(rule.get("if") or [], None, moment, value)
            if holds is None or holds:
                return str(rule["rule"])
        return None

    def _rules(self, said: Said) -> list[dict[str, Any]]:
        names = [said.policy]
        for pattern, sets in self._actions:
            if pattern.fullmatch(said.intent):
                names += [name for name in sets if name not in names]
        found = [rule for name in names for rule in self._sets[name]]
        return found + [rule for rule in self._always if self._is_for(said.intent, rule.get("intents", "*"))]

    def _is_for(self, name: str, patterns: str | Sequence[str]) -> bool:
        for text in [patterns] if isinstance(patterns, str) else patterns:
            if text not in self._patterns:
                self._patterns[text] = _pattern(text)
            if self._patterns[text].fullmatch(name):
                return True
        return False

    def _all(self, conditions: list[dict[str, Any]], said: Said | None, moment: Moment, value: Any) -> bool | None:
        """Whether all conditions hold; None when none fails and one cannot be told."""
        result: bool | None = True
        for condition in conditions:
            holds = _holds(condition, said, moment, value)
            if holds is False:
                return False
            if holds is None:
                result = None
        return result


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))


def _holds(condition: dict[str, Any], said: Said | None, moment: Moment, value: Any) -> bool | None:
    if "signal" in condition:
        path = condition["signal"]
        if path not in moment.signals:
            return False if condition.get("optional") else None
        return None if path in moment.silent else _test(condition, moment.signals[path])
    if "slot" in condition:
        slots = said.slots if said is not None else {}
        return condition["slot"] in slots and _test(condition, slots[condition["slot"]])
    if "confidence" in condition:
        return said is not None and _test(condition, said.confidence)
    if "speaker" in condition:
        return _test(condition, moment.speaker)
    if "strictness" in condition:
        return _test(condition, moment.strictness)
    if "value" in condition:
        return _test(condition, value)
    if "driver" in condition:
        key = "is" if "is" in condition else "is_not"
        wanted = condition[key] if isinstance(condition[key], list) else [condition[key]]
        return bool(moment.driver & set(wanted)) is (key == "is")
    return _in_time(condition["within"], str(moment.signals[_LOCAL_TIME]))


def _test(condition: dict[str, Any], value: Any) -> bool:
    if "above" in condition:
        return _is_number(value) and value > condition["above"]
    if "below" in condition:
        return _is_number(value) and value < condition["below"]
    key = "is" if "is" in condition else "is_not"
    wanted = condition[key] if isinstance(condition[key], list) else [condition[key]]
    return any(_equal(value, each) for each in wanted) is (key == "is")


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return str(one) == str(other) or (_is_number(one) and _is_number(other) and abs(one - other) < 1e-9)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_time(wanted: str, told: str) -> bool:
    start, end = wanted.replace(" ", "").split("-")
    now, start, end = (text.zfill(5) for text in (told, start, end))
    return start <= now < end if start <= end else now >= start or now < end
