"""Read policy.yaml: all mistakes at once, with file and line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from cabin.errors import ConfigError, Problem, nearest
from cabin.vehicle.circumstances import SPEAKERS
from cabin.vehicle.condition_file import ConditionReader
from cabin.vehicle.policy import Policy, Rule, RuleSet
from cabin.vehicle.speakers import SpeakerRules
from cabin.yamlfile import Node, load_yaml

__all__ = ["BUILT_IN_POLICY", "load_policy", "read_policy"]

BUILT_IN_POLICY = Path(__file__).with_name("policy.yaml")
"""What holds when no policy.yaml is installed: the same file as config/policy.yaml."""

_SECTIONS = ("sets", "actions", "always", "writes", "speakers")
_PLACEHOLDERS = ("{title}", "{device}", "{details}")
_WRITE_PLACEHOLDERS = ("{signal}",)
_RULE = ("rule", "if", "refuse", "confirm")
_LONGEST_HOLD_S = 3600


def load_policy(path: Path | None = None) -> Policy:
    """Read the file, or the built-in rules when there is none. Raises ConfigError with every mistake found."""
    return read_policy(load_yaml(path or BUILT_IN_POLICY))


def read_policy(root: Node) -> Policy:
    """Turn a YAML document into a Policy. Raises ConfigError with every mistake found."""
    reader = _Reader()
    top = reader.mapping(root, "policy.yaml", _SECTIONS)
    sets: dict[str, RuleSet] = {}
    for name, node in reader.mapping(top.get("sets"), "sets").items():
        sets[name] = reader.rule_set(name, node)
    always = reader.rules(top.get("always"), with_intents=True)
    actions = reader.actions(top.get("actions"), sets)
    writes = reader.writes(top.get("writes"))
    speakers = reader.speakers(top.get("speakers"))
    lines = {pattern: node.where for pattern, node in top["actions"].items()} if "actions" in top else {}
    if "sets" not in top:
        reader.problem(root, "no key 'sets'", hint="At least `sets: {free: {rules: []}}` must stand there.")
    if reader.problems:
        raise ConfigError(sorted(reader.problems, key=_line))
    return Policy(sets, always, actions, writes, speakers, lines)


def _line(problem: Problem) -> int:
    number = problem.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


class _Reader(ConditionReader):
    """Collects problems while reading."""

    def rule_set(self, name: str, node: Node) -> RuleSet:
        """Read a rule set."""
        entries = self.mapping(node, f"rule set {name!r}", ("about", "sensitive", "rules"))
        sensitive = entries.get("sensitive")
        if sensitive is not None and not isinstance(sensitive.value, bool):
            self.problem(sensitive, "sensitive is no boolean", "true or false", seen=sensitive.seen)
        if "rules" not in entries:
            self.problem(node, f"rule set {name!r} has no key 'rules'", hint="`rules: []` allows everything.")
        is_sensitive = sensitive is not None and sensitive.value is True
        return RuleSet(name, self.rules(entries.get("rules")), self.text(entries.get("about"), "about"), is_sensitive)

    def rules(self, node: Node | None, with_intents: bool = False) -> tuple[Rule, ...]:
        """Read a list of rules on commands."""
        known = (*_RULE, "intents") if with_intents else _RULE
        return tuple(self._rule(entry, known) for entry in self.entries(node, "rules"))

    def writes(self, node: Node | None) -> tuple[Rule, ...]:
        """Read the list of rules on writes: they can only refuse, for there is nobody to ask back."""
        return tuple(self._write_rule(entry) for entry in self.entries(node, "writes"))

    def actions(self, node: Node | None, sets: Collection[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Read which rule sets are asked besides, by intents."""
        found = []
        for pattern, entry in self.mapping(node, "actions").items():
            named = self.words(entry, f"actions of {pattern!r}")
            for name in named:
                if name not in sets:
                    what = f"{pattern}: no rule set {name!r}"
                    self.problem(entry, what, ", ".join(sorted(sets)), nearest(name, sets))
            found.append((pattern, named))
        return tuple(found)

    def speakers(self, node: Node | None) -> SpeakerRules:
        """Read who outranks whom."""
        if node is None:
            return SpeakerRules()
        entries = self.mapping(node, "speakers", ("hold_s", "ranks", "zones"))
        hold_s = self._number(entries.get("hold_s"), "hold_s", 0, _LONGEST_HOLD_S)
        ranks = {
            name: int(self._number(entry, f"rank of {name}", 0, 100))
            for name, entry in self.mapping(entries.get("ranks"), "ranks", SPEAKERS).items()
        }
        zones = {
            name: self.words(entry, f"zone of {name}")
            for name, entry in self.mapping(entries.get("zones"), "zones", SPEAKERS).items()
        }
        return SpeakerRules(hold_s, ranks, zones, node.where)

    def _number(self, node: Node | None, what: str, low: float, high: float) -> float:
        value: Any = node.value if node is not None else 0
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            assert node is not None
            self.problem(node, f"{what} is no usable number", f"{low:g} to {high:g}", seen=node.seen)
            return 0
        return value

    def _rule(self, node: Node, known: Collection[str]) -> Rule:
        entries = self.mapping(node, "a rule", known)
        decisions = [key for key in ("refuse", "confirm") if key in entries]
        if len(decisions) != 1:
            self.problem(node, "a rule needs one of 'refuse' and 'confirm'", seen=", ".join(decisions) or "neither")
        decision: Any = decisions[0] if decisions else "refuse"
        text = self._worded(entries, node, decision, _PLACEHOLDERS)
        conditions = self.conditions(entries.get("if"))
        intents = self.words(entries.get("intents"), "intents") or ("*",)
        return Rule(self.text(entries.get("rule"), "rule"), decision, text, conditions, intents, where=node.where)

    def _write_rule(self, node: Node) -> Rule:
        entries = self.mapping(node, "a rule on writes", ("rule", "signals", "if", "refuse"))
        for key in ("signals", "refuse"):
            if key not in entries:
                self.problem(node, f"a rule on writes needs {key!r}")
        text = self._worded(entries, node, "refuse", _WRITE_PLACEHOLDERS)
        signals = self.words(entries.get("signals"), "signals")
        for each in signals:
            if not each.startswith(("Vehicle.", "*")):
                self.problem(entries["signals"], f"{each!r} is no signal", "a path, perhaps with *: Vehicle.Cabin.*")
        conditions = self.conditions(entries.get("if"), writes=True)
        name = self.text(entries.get("rule"), "rule")
        return Rule(name, "refuse", text, conditions, (), signals, where=node.where)

    def _worded(self, entries: dict[str, Node], node: Node, decision: str, placeholders: tuple[str, ...]) -> str:
        """Return what the rule says; note a rule without a name and words that cannot be filled in."""
        if "rule" not in entries:
            self.problem(node, "a rule needs a name", "rule: NAME")
        told = entries.get(decision)
        text = rest = self.text(told, decision)
        for placeholder in placeholders:
            rest = rest.replace(placeholder, "")
        if told is not None and ("{" in rest or "}" in rest):
            self.problem(told, "unknown placeholder", ", ".join(placeholders), seen=repr(text))
        return text
