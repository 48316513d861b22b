"""Read policy.yaml: all mistakes at once, with file and line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

from cabin.errors import ConfigError, Problem, nearest
from cabin.vehicle.policy import Condition, Policy, Rule, RuleSet
from cabin.yamlfile import Node, load_yaml

__all__ = ["BUILT_IN_POLICY", "load_policy", "read_policy"]

BUILT_IN_POLICY = Path(__file__).with_name("policy.yaml")
"""What holds when no policy.yaml is installed: the same file as config/policy.yaml."""

_SUBJECTS = ("signal", "slot", "confidence")
_TESTS = ("above", "below", "is", "is_not")
_PLACEHOLDERS = ("{title}", "{device}", "{details}")


def load_policy(path: Path | None = None) -> Policy:
    """Read the file, or the built-in rules when there is none. Raises ConfigError with every mistake found."""
    return read_policy(load_yaml(path or BUILT_IN_POLICY))


def read_policy(root: Node) -> Policy:
    """Turn a YAML document into a Policy. Raises ConfigError with every mistake found."""
    reader = _Reader()
    top = reader.mapping(root, "policy.yaml", ("sets", "always"))
    sets: dict[str, RuleSet] = {}
    for name, node in reader.mapping(top.get("sets"), "sets").items():
        sets[name] = reader.rule_set(name, node)
    always = reader.rules(top.get("always"), with_intents=True)
    if "sets" not in top:
        reader.problem(root, "no key 'sets'", hint="At least `sets: {free: {rules: []}}` must stand there.")
    if reader.problems:
        raise ConfigError(reader.problems)
    return Policy(sets, always)


class _Reader:
    """Collects problems while reading."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: Node, what: str, expected: str = "", hint: str = "", seen: str = "") -> None:
        self.problems.append(Problem(what, node.where, seen, expected, hint))

    def mapping(self, node: Node | None, what: str, known: Collection[str] | None = None) -> dict[str, Node]:
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
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            self.problem(node, f"{what} is no list", "- ...", seen=node.seen)
            return []
        return node.value

    def text(self, node: Node | None, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self.problem(node, f"{what} is no text", "text, in quotes if need be", seen=node.seen)
            return ""
        return node.value

    def rule_set(self, name: str, node: Node) -> RuleSet:
        entries = self.mapping(node, f"rule set {name!r}", ("about", "sensitive", "rules"))
        sensitive = entries.get("sensitive")
        if sensitive is not None and not isinstance(sensitive.value, bool):
            self.problem(sensitive, "sensitive is no boolean", "true or false", seen=sensitive.seen)
        if "rules" not in entries:
            self.problem(node, f"rule set {name!r} has no key 'rules'", hint="`rules: []` allows everything.")
        is_sensitive = sensitive is not None and sensitive.value is True
        return RuleSet(name, self.rules(entries.get("rules")), self.text(entries.get("about"), "about"), is_sensitive)

    def rules(self, node: Node | None, with_intents: bool = False) -> tuple[Rule, ...]:
        known = ("rule", "intents", "if", "refuse", "confirm") if with_intents else ("rule", "if", "refuse", "confirm")
        return tuple(self._rule(entry, known) for entry in self.entries(node, "rules"))

    def _rule(self, node: Node, known: Collection[str]) -> Rule:
        entries = self.mapping(node, "a rule", known)
        decisions = [key for key in ("refuse", "confirm") if key in entries]
        if len(decisions) != 1:
            self.problem(node, "a rule needs one of 'refuse' and 'confirm'", seen=", ".join(decisions) or "neither")
        if "rule" not in entries:
            self.problem(node, "a rule needs a name", "rule: NAME")
        decision: Any = decisions[0] if decisions else "refuse"
        text = self.text(entries.get(decision), decision)
        self._check_placeholders(entries.get(decision), text)
        conditions = tuple(
            condition for entry in self.entries(entries.get("if"), "if") if (condition := self._condition(entry))
        )
        intents = tuple(self.text(entry, "an intent") for entry in self.entries(entries.get("intents"), "intents"))
        return Rule(self.text(entries.get("rule"), "rule"), decision, text, conditions, intents or ("*",))

    def _check_placeholders(self, node: Node | None, text: str) -> None:
        rest = text
        for placeholder in _PLACEHOLDERS:
            rest = rest.replace(placeholder, "")
        if node is not None and ("{" in rest or "}" in rest):
            self.problem(node, "unknown placeholder", ", ".join(_PLACEHOLDERS), seen=repr(text))

    def _condition(self, node: Node) -> Condition | None:
        entries = self.mapping(node, "a condition", (*_SUBJECTS, *_TESTS))
        subjects = [key for key in _SUBJECTS if key in entries]
        tests = [key for key in _TESTS if key in entries]
        if len(subjects) != 1 or len(tests) != 1:
            expected = "one of signal, slot, confidence and one of above, below, is, is_not"
            self.problem(
                node, "a condition asks one thing with one test", expected, seen=", ".join(entries) or node.seen
            )
            return None
        subject, test = subjects[0], tests[0]
        name = "" if subject == "confidence" else self.text(entries[subject], subject)
        values = self._values(entries[test], test)
        return Condition(cast("Any", subject), name, cast("Any", test), values) if values else None

    def _values(self, node: Node, test: str) -> tuple[Any, ...]:
        if test in ("above", "below"):
            if isinstance(node.value, int | float) and not isinstance(node.value, bool):
                return (node.value,)
            self.problem(node, f"{test} is no number", "a number in the signal's unit", seen=node.seen)
            return ()
        entries = node.value if isinstance(node.value, list) else [node]
        for entry in entries:
            if entry.value is None or isinstance(entry.value, dict | list):
                self.problem(entry, f"{test} takes a value or a list of values", seen=entry.seen)
                return ()
        return tuple(entry.value for entry in entries)
