"""A judgement explained: each rule that was looked at, what it saw and wanted, and what would make it allow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cabin.vehicle.conditions import Unread
from cabin.vehicle.explanation import ExplainedCondition, ExplainedRule, Explanation

if TYPE_CHECKING:
    from cabin.vehicle.judging import Judged
    from cabin.vehicle.policy import Finding, Seen

__all__ = ["explain", "explanation_lines", "without_words"]


def explain(judged: Judged) -> Explanation:
    """Return a judgement as data."""
    command, verdict = judged.command, judged.verdict
    return Explanation(
        command.intent,
        verdict.decision,
        verdict.rule,
        verdict.reason,
        judged.stage,
        judged.around.speaker,
        judged.around.strictness,
        judged.at_s * 1000,
        tuple(dict.fromkeys(_ways(judged.findings))),
        tuple(_rule(finding) for finding in judged.findings),
        dict(command.slots),
    )


def without_words(explanation: Explanation) -> Explanation:
    """Return it without what was said: slots, what they were tested for, and sentences that may hold them."""
    rules = tuple(
        dataclasses.replace(
            rule,
            reason="",
            conditions=tuple(
                dataclasses.replace(each, seen="") if each.thing.startswith("slot ") else each
                for each in rule.conditions
            ),
        )
        for rule in explanation.rules
    )
    kept = tuple(way for way in explanation.to_allow if not way.startswith("slot "))
    return dataclasses.replace(explanation, slots={}, reason="", rules=rules, to_allow=kept)


def explanation_lines(explanation: Explanation, whole: bool = False) -> Iterator[str]:
    """Yield it as lines of text; `whole`: also the rules that do not apply, each with its conditions."""
    slots = " ".join(f"{name}={value}" for name, value in explanation.slots.items())
    rule = f" (rule {explanation.rule!r})" if explanation.rule else ""
    yield f"{explanation.intent} {slots}".rstrip() + f": {explanation.decision}{rule}, {explanation.stage}"
    who = "" if explanation.speaker == "unknown" else f"speaker: {explanation.speaker}"
    strict = f"strictness for the driver's sake: {explanation.strictness}" if explanation.strictness else ""
    if who or strict:
        yield "  " + ", ".join(part for part in (who, strict) if part)
    if explanation.reason:
        yield f"  says: {explanation.reason}"
    for rule_ in explanation.rules:
        if rule_.applies or whole:
            yield from _rule_lines(rule_)
    rest = sum(not each.applies for each in explanation.rules)
    if rest and not whole:
        yield f"  {rest} more rule{'s' if rest > 1 else ''} looked at, which do{'' if rest > 1 else 'es'} not apply"
    if explanation.to_allow:
        yield "  to be allowed:"
        for way in explanation.to_allow:
            yield f"    {way}"


def _rule_lines(rule: ExplainedRule) -> Iterator[str]:
    where = f"  {rule.where}" if rule.where else ""
    yield f"  {rule.decision if rule.applies else 'no'}: {rule.rule} ({rule.of}){where}"
    for each in rule.conditions:
        mark = {True: "yes", False: "no", None: "?"}[each.holds]
        seen = f"seen {each.seen}" if each.looked_at else "not looked at"
        yield f"    {mark:<3} {each.thing}: {seen}; applies when {each.expected}  {each.where.rpartition('/')[2]}"


def _rule(finding: Finding) -> ExplainedRule:
    verdict = finding.verdict
    return ExplainedRule(
        finding.rule,
        finding.of,
        finding.where,
        verdict is not None,
        verdict.decision if verdict is not None else finding.decision,
        verdict.reason if verdict is not None else "",
        tuple(_condition(each) for each in finding.conditions),
    )


def _condition(seen: Seen) -> ExplainedCondition:
    condition = seen.condition
    return ExplainedCondition(
        condition.thing,
        condition.say_value(seen.value) if seen.was_looked_at else "",
        condition.say_test(),
        seen.holds,
        seen.was_looked_at,
        condition.say_test(opposite=True),
        condition.where,
    )


def _ways(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what would have to be so, a line for each rule that applies: any one of its conditions not holding."""
    for finding in findings:
        verdict = finding.verdict
        if verdict is None:
            continue
        unread = [each for each in finding.conditions if isinstance(each.value, Unread) and each.holds is None]
        ways = [f"{each.condition.thing} told by the car" for each in unread]
        ways += [f"{each.condition.thing} {each.condition.say_test(opposite=True)}" for each in finding.conditions]
        if verdict.decision == "confirm":
            yield " or ".join([*ways, "a yes"])
        elif ways:
            yield " or ".join(ways)
        elif finding.of == "the command":
            yield "another command: the car cannot do this one"
        else:
            yield f"{finding.of}: {finding.rule} lets it"
