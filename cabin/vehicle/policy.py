"""Policy: whether a command may act in the car's present state, and whether a signal may be written now.

A verdict is asked for before acting, again at the moment of acting, and once more before each write (gate.py). Rules
come from policy.yaml (policy_file.py reads it) and from plugins; the strictest counts; what cannot be asked refuses.
The same reading gives the verdict and its explanation, so that an explanation never differs from what was done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from cabin.errors import CatalogError, Problem, nearest
from cabin.messages import Verdict
from cabin.vehicle.circumstances import Circumstances
from cabin.vehicle.conditions import Condition, Evidence, Readings
from cabin.vehicle.speakers import SpeakerRules

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent
    from cabin.messages import Command, SignalValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = [
    "Condition",
    "Finding",
    "Policy",
    "PolicyHook",
    "Rule",
    "RuleSet",
    "Seen",
    "Trace",
    "check_rule_sets",
    "strictest",
]

PolicyHook = Callable[["Command", "VehicleInterface"], Verdict]
"""What plugins say (PluginManager.check_policy)."""

_STRICTNESS = {"allow": 0, "confirm": 1, "refuse": 2}
_UNSURE = "I am not sure that I understood. Shall I {title}{details}?"


@dataclass(frozen=True)
class Seen:
    """One condition as it was found."""

    condition: Condition
    value: object
    """What was there: a value, Unread, or None for what was not said."""
    holds: bool | None
    """None: it could not be told, or was not looked at."""
    was_looked_at: bool = True
    """False: a condition before it did not hold already."""


@dataclass(frozen=True)
class Finding:
    """One rule that was looked at."""

    rule: str
    of: str
    """Where the rule stands: "set standstill", "always", "writes", "plugins"."""
    where: str
    """file:line; empty for what is no rule of a file."""
    verdict: Verdict | None
    """None: it does not apply."""
    conditions: tuple[Seen, ...] = ()
    decision: str = ""
    """What it says when it applies."""


@dataclass
class Trace:
    """Keeps what was looked at on the way to a verdict."""

    findings: list[Finding] = field(default_factory=list)
    whole: bool = False
    """Look at every condition, also behind one that does not hold: more to read, for who asks why."""

    def note(self, rule: str, of: str, where: str, verdict: Verdict) -> None:
        """Keep what something said that is no rule of the file."""
        self.findings.append(Finding(rule, of, where, None if verdict.decision == "allow" else verdict))

    def take(self, rule: Rule, of: str, evidence: Evidence, verdict: Verdict | None) -> None:
        """Keep a rule of the file with its conditions."""
        seen = []
        goes_on = True
        for condition in rule.conditions:
            if goes_on or self.whole:
                holds = condition.holds(evidence)
                seen.append(Seen(condition, condition.seen(evidence), holds))
                goes_on = goes_on and holds is not False
            else:
                seen.append(Seen(condition, None, None, was_looked_at=False))
        self.findings.append(Finding(rule.name, of, rule.where, verdict, tuple(seen), rule.decision))


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold, and what is then said."""

    name: str
    decision: Literal["confirm", "refuse"]
    text: str
    conditions: tuple[Condition, ...] = ()
    intents: tuple[str, ...] = ("*",)
    """Names or patterns (`door.*`) of the intents that it is for."""
    signals: tuple[str, ...] = ()
    """Under `writes`: paths or patterns of the signals that it is for."""
    where: str = field(default="", compare=False)
    """file:line."""

    def judge(self, evidence: Evidence, fill: Callable[[str], str], title: str) -> Verdict | None:
        """Return the verdict, or None when the rule does not apply; `fill` puts words into its text."""
        unknown: Condition | None = None
        for condition in self.conditions:
            holds = condition.holds(evidence)
            if holds is False:
                return None
            if holds is None and unknown is None:
                unknown = condition
        if unknown is not None:
            reason = f"I can't {title} now: the car does not tell {_spoken(unknown.name)}."
            return Verdict("refuse", reason, self.name)
        return Verdict(self.decision, fill(self.text), self.name)


@dataclass(frozen=True)
class RuleSet:
    """Rules under the name that catalogs use."""

    name: str
    rules: tuple[Rule, ...] = ()
    about: str = ""
    is_sensitive: bool = False
    """Refused for an utterance of which samples were lost."""


@dataclass(frozen=True)
class Policy:
    """All rule sets, the rules for every command, and those for every write."""

    sets: Mapping[str, RuleSet]
    always: tuple[Rule, ...] = ()
    actions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Pattern of intents -> rule sets asked besides the one that the catalog names."""
    writes: tuple[Rule, ...] = ()
    """Asked before each write of a signal, whoever writes it."""
    speakers: SpeakerRules = field(default_factory=SpeakerRules)
    lines: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Pattern of `actions` -> file:line."""
    _chosen: dict[tuple[str, str], tuple[tuple[RuleSet, ...], tuple[tuple[str, Rule], ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _for_path: dict[str, tuple[Rule, ...]] = field(default_factory=dict, compare=False, repr=False)

    def judge(
        self,
        command: Command,
        intent: Intent,
        vehicle: VehicleInterface,
        plugins: PolicyHook | None = None,
        *,
        damaged: bool = False,
        around: Circumstances | None = None,
        trace: Trace | None = None,
        known: Readings | None = None,
    ) -> Verdict:
        """Return the strictest verdict of the intent's rule sets, of the rules for all, and of the plugins.

        `damaged`: samples of the utterance were lost; then nothing sensitive acts. `trace`, when given, keeps every
        rule that was looked at; `known` what signals held, so that judgements of one moment read each once.
        """
        around = around or Circumstances(damaged=damaged)
        if damaged and not around.damaged:
            around = dataclasses.replace(around, damaged=True)
        if intent.policy not in self.sets:
            verdict = Verdict("refuse", f"I can't {intent.title}: no rule says when that is safe.", intent.policy)
            if trace is not None:
                trace.note("no such rule set", "catalog", str(intent.where), verdict)
            return verdict
        sets, rules = self._rules_for(intent.name, intent.policy)
        if around.damaged and any(each.is_sensitive for each in sets):
            verdict = Verdict("refuse", "I did not hear all of that. Please say it again.", "damaged sound")
            if trace is not None:
                trace.note("damaged sound", "sound", "", verdict)
            return verdict
        evidence = Evidence(vehicle, around, command, known={} if known is None else known)
        verdicts: list[Verdict | None] = []
        for of, rule in rules:
            verdict_or_none = rule.judge(evidence, lambda text: _filled(text, command, intent), intent.title)
            verdicts.append(verdict_or_none)
            if trace is not None:
                trace.take(rule, of, evidence, verdict_or_none)
        if plugins is not None:
            said = plugins(command, vehicle)
            verdicts.append(said)
            if trace is not None:
                trace.note(said.rule or "plugins", "plugins", "", said)
        if command.unsure and not intent.only_reads:  # telling the wrong thing harms nobody; asking back would
            unsure = Verdict("confirm", _filled(_UNSURE, command, intent), "unsure")
            verdicts.append(unsure)
            if trace is not None:
                trace.note("unsure", "parser", "", unsure)
        return strictest(verdict for verdict in verdicts if verdict is not None)

    def judge_write(
        self,
        path: str,
        value: SignalValue,
        vehicle: VehicleInterface,
        around: Circumstances | None = None,
        trace: Trace | None = None,
        known: Readings | None = None,
    ) -> Verdict:
        """Return whether the signal may be written so now; no plugin is asked and nobody is asked back."""
        rules = self._for_path.get(path)
        if rules is None:
            rules = tuple(rule for rule in self.writes if _matches(path, rule.signals))
            self._for_path[path] = rules
        if not rules:
            return Verdict("allow")
        known = {} if known is None else known
        evidence = Evidence(vehicle, around or Circumstances(), written=value, known=known)
        thing = _spoken(path).removeprefix("its ")
        found = Verdict("allow")
        for rule in rules:
            verdict = rule.judge(evidence, lambda text: text.replace("{signal}", thing), f"set {thing}")
            if trace is not None:
                trace.take(rule, "writes", evidence, verdict)
            if verdict is not None and found.decision == "allow":
                found = verdict
        return found

    def sets_of(self, intent_name: str, named: str) -> tuple[RuleSet, ...]:
        """Return the rule sets asked for an intent: the one its catalog names, then those of `actions`."""
        return self._rules_for(intent_name, named)[0]

    def signals(self) -> frozenset[str]:
        """Return the paths of all signals that rules read."""
        return frozenset(each.name for each in self._conditions() if each.subject == "signal")

    def needed_signals(self) -> frozenset[str]:
        """Return the paths of those without which a rule refuses."""
        return frozenset(each.name for each in self._conditions() if each.subject == "signal" and not each.optional)

    def _conditions(self) -> Iterable[Condition]:
        sets = [rule for rule_set in self.sets.values() for rule in rule_set.rules]
        for rule in (*sets, *self.always, *self.writes):
            yield from rule.conditions

    def _rules_for(self, name: str, policy: str) -> tuple[tuple[RuleSet, ...], tuple[tuple[str, Rule], ...]]:
        """Return the rule sets and the rules for an intent, each with where it stands; kept for the next time."""
        found = self._chosen.get((name, policy))
        if found is None:
            named = [policy] + [each for pattern, sets in self.actions if fnmatchcase(name, pattern) for each in sets]
            sets = tuple(self.sets[each] for each in dict.fromkeys(named) if each in self.sets)
            rules = [(f"set {each.name}", rule) for each in sets for rule in each.rules]
            rules += [("always", rule) for rule in self.always]
            mine = tuple((of, rule) for of, rule in rules if _matches(name, rule.intents))
            found = self._chosen[name, policy] = sets, mine
        return found


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the strictest of some verdicts, the first among equals; allow when there is none."""
    found = Verdict("allow")
    for verdict in verdicts:
        if _STRICTNESS[verdict.decision] > _STRICTNESS[found.decision]:
            found = verdict
    return found


def check_rule_sets(policy: Policy, catalog: Catalog) -> None:
    """Raise CatalogError, for all intents at once, when one names a rule set that policy.yaml does not have."""
    problems = [
        Problem(
            f"{intent.name}: no rule set {intent.policy!r} in policy.yaml",
            where=str(intent.where),
            expected=", ".join(sorted(policy.sets)),
            hint=nearest(intent.policy, policy.sets),
        )
        for intent in catalog.intents.values()
        if intent.policy not in policy.sets
    ]
    if problems:
        raise CatalogError(problems)


def _filled(text: str, command: Command, intent: Intent) -> str:
    """Put the intent's words into a text; {details} is what was said besides: ": tom, running late"."""
    if "{" not in text:
        return text
    said = {name: str(value).replace("_", " ") for name, value in command.slots.items()}
    if "value" in said and "unit" in said:
        said["value"] += f" {said.pop('unit')}"
    text = text.replace("{details}", f": {', '.join(said.values())}" if said else "")
    return text.replace("{title}", intent.title).replace("{device}", intent.device_title or intent.device)


def _spoken(path: str) -> str:
    """Vehicle.Powertrain.Transmission.SelectedGear -> "its selected gear"; Vehicle.Speed -> "its speed"."""
    last = path.rpartition(".")[2].removeprefix("Is")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in last).strip()
    return f"its {words}" if words else "its state"
