"""Why a command was judged as it was, as data: what `cabin explain --json` prints and the control socket sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ExplainedCondition", "ExplainedRule", "Explanation"]


@dataclass(frozen=True)
class ExplainedCondition:
    """One condition of a rule."""

    thing: str
    """What was tested: a signal's path, "slot source", "who speaks"."""
    seen: str
    """The value that was there."""
    expected: str
    """What the rule tests for."""
    holds: bool | None
    """None: it could not be told, or was not looked at."""
    looked_at: bool
    """False: a condition before it did not hold already."""
    to_allow: str
    """What the value must be for it not to hold."""
    where: str
    """file:line."""


@dataclass(frozen=True)
class ExplainedRule:
    """One rule that was looked at."""

    rule: str
    of: str
    """Where it stands: "set standstill", "always", "writes", "plugins", "speakers"."""
    where: str
    """file:line; empty for what is no rule of a file."""
    applies: bool
    decision: str
    """What it says when it applies: confirm or refuse."""
    reason: str
    """What it said; empty when it does not apply."""
    conditions: tuple[ExplainedCondition, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One judgement."""

    intent: str
    decision: str
    """allow, confirm or refuse."""
    rule: str
    """The rule that decided; empty when allowed."""
    reason: str
    """What the driver was told."""
    stage: str
    """before acting, when acting, or when writing."""
    speaker: str
    strictness: int
    """How strict for the driver's sake, 0 to 3."""
    at_ms: float
    """Milliseconds since 1970."""
    to_allow: tuple[str, ...] = ()
    """What would all have to be so for the command to be allowed."""
    rules: tuple[ExplainedRule, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
