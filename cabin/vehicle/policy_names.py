"""Whether the names in a policy mean anything: actions of the catalogs, signals of the car."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cabin.errors import Problem, nearest

if TYPE_CHECKING:
    from cabin.vehicle.policy import Policy, Rule

__all__ = ["name_problems"]


def name_problems(policy: Policy, intents: Collection[str], signals: Collection[str]) -> list[Problem]:
    """Return what names nothing, each with its line: a rule that is never asked protects nobody.

    A signal that a rule calls optional may well be missing, unless it is a misspelt one.
    """
    found = [*_intent_problems(policy, intents), *_signal_problems(policy, signals)]
    return list(dict.fromkeys(found))


def _intent_problems(policy: Policy, intents: Collection[str]) -> Iterator[Problem]:
    for pattern, _ in policy.actions:
        if not _names_any(pattern, intents):
            yield _unknown("action", pattern, policy.lines.get(pattern, ""), intents)
    for rule in policy.always:
        for pattern in rule.intents:
            if not _names_any(pattern, intents):
                yield _unknown("action", pattern, rule.where, intents)


def _signal_problems(policy: Policy, signals: Collection[str]) -> Iterator[Problem]:
    for rule in _rules(policy):
        for condition in rule.conditions:
            if condition.subject == "signal" and condition.name not in signals:
                problem = _unknown("signal", condition.name, condition.where, signals)
                if problem.hint or not condition.optional:
                    yield problem
    for rule in policy.writes:
        for pattern in rule.signals:
            if not _names_any(pattern, signals):
                yield _unknown("signal", pattern, rule.where, signals)


def _rules(policy: Policy) -> Iterator[Rule]:
    for rule_set in policy.sets.values():
        yield from rule_set.rules
    yield from policy.always
    yield from policy.writes


def _names_any(pattern: str, names: Collection[str]) -> bool:
    return pattern in names or any(fnmatchcase(name, pattern) for name in names)


def _unknown(what: str, pattern: str, where: str, known: Collection[str]) -> Problem:
    return Problem(f"no {what} {pattern!r}", where, hint=nearest(pattern, known))
