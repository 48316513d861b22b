"""A budget held against what was measured: met, missed, or not measured and why. `cabin doctor --budget` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cabin.config.fields import walk

if TYPE_CHECKING:
    from cabin.config.sections import Budgets

__all__ = ["NOT_HERE", "Check", "Verdict", "hold_against"]

Verdict = Literal["met", "missed", "not measured"]

AT_LEAST = frozenset({"model_function_percent"})
"""Keys that are floors; all others are ceilings."""

NOT_HERE: Mapping[str, str] = {
    "resident_growth_mib": "needs thousands of utterances of the running daemon",
    "model_function_lost": "`cabin model compare` measures it against FP32",
    "model_function_percent": "`cabin model evaluate` measures it on labelled sentences",
    "deadlines.act_ms": "waits for the car, so a simulated one tells nothing",
}
"""Keys that one short run cannot tell -> why."""


@dataclass(frozen=True)
class Check:
    """One key of a budget."""

    key: str
    limit: float
    measured: float | None
    verdict: Verdict
    why: str = ""
    """Why it was not measured."""


def hold_against(budgets: Budgets, figures: Mapping[str, float], reasons: Mapping[str, str]) -> tuple[Check, ...]:
    """Return a check of each key that sets a limit, in the order of the file; the ladder's keys are none to be met.

    `figures`: key path -> what was measured, in the key's unit. `reasons`: key path, or what it begins with -> why it
    could not be measured.
    """
    checks = []
    for key, _ in walk(type(budgets)):
        limit = _value(budgets, key)
        if key.startswith("ladder.") or limit is None or (key in AT_LEAST and limit <= 0):
            continue
        measured = figures.get(key)
        if measured is None:
            checks.append(Check(key, limit, None, "not measured", _reason(key, reasons)))
            continue
        is_met = measured >= limit if key in AT_LEAST else measured <= limit
        checks.append(Check(key, limit, measured, "met" if is_met else "missed"))
    return tuple(checks)


def _value(budgets: Budgets, key: str) -> float | None:
    value: object = budgets
    for part in key.split("."):
        value = getattr(value, part)
    return float(value) if isinstance(value, int | float) else None


def _reason(key: str, reasons: Mapping[str, str]) -> str:
    given = next((why for start, why in reasons.items() if key.startswith(start)), "")
    return given or NOT_HERE.get(key, "was not measured")
