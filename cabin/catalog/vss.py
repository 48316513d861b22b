"""Signals that promise to stand in the COVESA Vehicle Signal Specification, held against its leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cabin.catalog.schema import SignalSpec
from cabin.errors import Problem, nearest

__all__ = ["check_standard"]


def check_standard(signals: Iterable[SignalSpec], leaves: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Return what is wrong with the signals marked standard.

    `leaves` is path -> {type, datatype, unit, min, max, allowed} as vss-tools exports it. A signal must be there with
    the same kind, datatype and unit; its range and its allowed values may be narrower, never wider. An overlay that the
    standard does have is told as well.
    """
    problems = []
    for spec in signals:
        leaf = leaves.get(spec.path)
        where = str(spec.where) if spec.where else spec.path
        if leaf is None:
            if spec.is_standard:
                what = f"{spec.path} is no path of the standard"
                problems.append(Problem(what, where, hint=nearest(spec.path, leaves) or "Mark it `standard: false`."))
        elif spec.is_standard:
            problems += [
                Problem(f"{spec.path}: {what}", where, seen, expected)
                for what, seen, expected in _differences(spec, leaf)
            ]
        else:
            problems.append(Problem(f"{spec.path} stands in the standard", where, hint="Leave out `standard: false`."))
    return problems


def _differences(spec: SignalSpec, leaf: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (what, seen, expected) of each difference."""
    found = []
    for what, ours, theirs in (
        ("another kind", spec.kind, leaf.get("type")),
        ("another datatype", spec.datatype, leaf.get("datatype")),
        ("another unit", spec.unit.lower(), str(leaf.get("unit", "")).lower()),
    ):
        if ours != theirs:
            found.append((what, str(ours) or "none", str(theirs) or "none"))
    low, high = leaf.get("min"), leaf.get("max")
    if low is not None and (spec.minimum is None or spec.minimum < low):
        found.append(("its range is wider", f"min {spec.minimum}", f"min {low} or above"))
    if high is not None and (spec.maximum is None or spec.maximum > high):
        found.append(("its range is wider", f"max {spec.maximum}", f"max {high} or below"))
    allowed = leaf.get("allowed")
    if allowed:
        more = [value for value in spec.allowed if value not in allowed]
        if more or not spec.allowed:
            found.append(("other allowed values", ", ".join(more) or "any", ", ".join(map(str, allowed))))
    return found
