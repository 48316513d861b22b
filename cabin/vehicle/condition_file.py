"""Read the conditions of policy.yaml, and what every part of it is made of: mappings, lists, words."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, cast

from cabin.errors import Problem, nearest
from cabin.vehicle.circumstances import SPEAKERS, UNKNOWN_SPEAKER, minutes_of
from cabin.vehicle.conditions import Condition
from cabin.vehicle.driver_state import CONDITIONS
from cabin.yamlfile import Node

__all__ = ["ConditionReader"]

_SUBJECTS = ("signal", "slot", "confidence", "speaker", "driver", "strictness", "time", "value")
_NAMED = ("signal", "slot")
"""Subjects that a name is given for; the others are asked with `true`."""
_TESTS = ("above", "below", "is", "is_not", "within")
_FITTING = {
    "confidence": ("above", "below"),
    "strictness": ("above", "below", "is", "is_not"),
    "speaker": ("is", "is_not"),
    "driver": ("is", "is_not"),
    "time": ("within",),
}
"""Tests that fit a subject; any but `within` for those not named here."""
_WORDS = {"speaker": (*SPEAKERS, UNKNOWN_SPEAKER), "driver": CONDITIONS}
_PATH = re.compile(r"[A-Z]\w*(\.\w+)+\Z")
_RANGE = re.compile(r"\s*(\S+?)\s*(?:-|to)\s*(\S+)\s*\Z")


class ConditionReader:
    """Collects problems while reading."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: Node, what: str, expected: str = "", hint: str = "", seen: str = "") -> None:
        """Note a mistake."""
        self.problems.append(Problem(what, node.where, seen, expected, hint))

    def mapping(self, node: Node | None, what: str, known: Collection[str] | None = None) -> dict[str, Node]:
        """Return the entries of a mapping; keys that are not in `known` are mistakes."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.problem(node, f"{what} is no mapping", "key: value", seen=node.seen)
            return {}
        for key, value in node.items():
            if known is not None and key not in known:
                self.problem(value, f"unknown key {key!r}", ", ".join(known), nearest(key, known))
        return node.value

    def entries(self, node: Node | None, what: str) -> list[Node]:
        """Return the entries of a list."""
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            self.problem(node, f"{what} is no list", "- ...", seen=node.seen)
            return []
        return node.value

    def text(self, node: Node | None, what: str) -> str:
        """Return text that is not empty."""
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self.problem(node, f"{what} is no text", "text, in quotes if need be", seen=node.seen)
            return ""
        return node.value

    def words(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return a list of texts, or a single one as a list."""
        if node is None or node.value is None:
            return ()
        entries = node.value if isinstance(node.value, list) else [node]
        return tuple(word for entry in entries if (word := self.text(entry, what)))

    def conditions(self, node: Node | None, writes: bool = False) -> tuple[Condition, ...]:
        """Read a list of conditions; `writes`: those of a rule on writes, behind which no command may stand."""
        found = [self._condition(entry, writes) for entry in self.entries(node, "if")]
        return tuple(condition for condition in found if condition is not None)

    def _condition(self, node: Node, writes: bool) -> Condition | None:
        entries = self.mapping(node, "a condition", (*_SUBJECTS, *_TESTS, "optional"))
        subjects = [key for key in _SUBJECTS if key in entries]
        tests = [key for key in _TESTS if key in entries]
        if len(subjects) != 1 or len(tests) != 1:
            expected = f"one of {', '.join(_SUBJECTS)} and one of {', '.join(_TESTS)}"
            seen = ", ".join(entries) or node.seen
            self.problem(node, "a condition asks one thing with one test", expected, seen=seen)
            return None
        subject, test = subjects[0], tests[0]
        self._check_subject(entries[subject], subject, writes)
        fitting = _FITTING.get(subject, tuple(each for each in _TESTS if each != "within"))
        if test not in fitting:
            self.problem(entries[test], f"{subject} cannot be tested with {test!r}", ", ".join(fitting))
            return None
        name = self.text(entries[subject], subject) if subject in _NAMED else ""
        optional = entries.get("optional")
        if optional is not None and not (optional.value is True and subject == "signal"):
            self.problem(optional, "optional is no `true`, or stands beside no signal", "signal: ..., optional: true")
        values = self._values(entries[test], subject, test)
        is_optional = optional is not None and optional.value is True
        return (
            Condition(cast("Any", subject), name, cast("Any", test), values, is_optional, node.where)
            if values
            else None
        )

    def _check_subject(self, node: Node, subject: str, writes: bool) -> None:
        """Note a subject that is asked wrongly, or where it cannot be."""
        if subject not in _NAMED and node.value is not True:
            self.problem(node, f"{subject} is asked with `true`", f"{subject}: true", seen=node.seen)
        if subject == "signal" and isinstance(node.value, str) and not _PATH.match(node.value):
            self.problem(node, "no path of a signal", "Vehicle.Speed", seen=node.seen)
        if writes and subject in ("slot", "confidence"):
            self.problem(node, f"a rule on writes knows no {subject}", hint="Such a rule belongs under `always`.")
        if not writes and subject == "value":
            self.problem(node, "only a rule on writes knows the value", hint="Ask for a slot, or move it to `writes`.")

    def _values(self, node: Node, subject: str, test: str) -> tuple[Any, ...]:
        if test in ("above", "below"):
            if isinstance(node.value, int | float) and not isinstance(node.value, bool):
                return (node.value,)
            self.problem(node, f"{test} is no number", "a number in the signal's unit", seen=node.seen)
            return ()
        if test == "within":
            return self._range(node)
        entries = node.value if isinstance(node.value, list) else [node]
        for entry in entries:
            if entry.value is None or isinstance(entry.value, dict | list):
                self.problem(entry, f"{test} takes a value or a list of values", seen=entry.seen)
                return ()
            known = _WORDS.get(subject)
            if known is not None and entry.value not in known:
                hint = nearest(str(entry.value), known)
                self.problem(entry, f"unknown {subject} {entry.seen}", ", ".join(known), hint)
        return tuple(entry.value for entry in entries)

    def _range(self, node: Node) -> tuple[int, ...]:
        match = _RANGE.match(node.text)
        ends = [minutes_of(text) for text in match.groups()] if match else []
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            return (ends[0], ends[1])
        self.problem(node, "no range of times", 'from and to: "22:00-06:00"', seen=node.seen)
        return ()
