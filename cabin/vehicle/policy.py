"""Policy: whether a command may act in the car's present state.

A verdict is asked for before acting and again at the moment of acting. Rules come from policy.yaml
(cabin/vehicle/policy_file.py reads it) and from plugins; the strictest counts, and what cannot be asked refuses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from cabin.errors import CatalogError, Problem, VehicleError, nearest
from cabin.messages import Verdict
from cabin.vehicle.expressions import same_slot

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent
    from cabin.messages import Command, SignalValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["Condition", "Policy", "PolicyHook", "Rule", "RuleSet", "check_rule_sets", "strictest"]

logger = logging.getLogger(__name__)

PolicyHook = Callable[["Command", "VehicleInterface"], Verdict]
"""What plugins say (PluginManager.check_policy)."""

_STRICTNESS = {"allow": 0, "confirm": 1, "refuse": 2}


@dataclass(frozen=True)
class Condition:
    """One test of a signal, a slot or the confidence."""

    subject: Literal["signal", "slot", "confidence"]
    name: str
    """The signal's path or the slot's name; empty for confidence."""
    test: Literal["above", "below", "is", "is_not"]
    values: tuple[SignalValue, ...]
    """The bound, or the values of which any one counts."""

    def holds(self, command: Command, vehicle: VehicleInterface) -> bool | None:
        """Return whether it holds; None when that cannot be told. A slot that was not said makes no condition hold."""
        if self.subject == "slot":
            value: SignalValue | None = command.slots.get(self.name)
            return False if value is None else self._test(value)
        if self.subject == "confidence":
            return self._test(command.confidence)
        try:
            value = vehicle.read(self.name).value
        except VehicleError as error:
            logger.warning("policy cannot read %s: %s", self.name, error)
            return None
        return None if value is None else self._test(value)

    def _test(self, value: SignalValue) -> bool | None:
        if self.test in ("is", "is_not"):
            is_one = any(_same(value, wanted) for wanted in self.values)
            return is_one == (self.test == "is")
        bound = self.values[0]
        if isinstance(value, bool | str) or isinstance(bound, bool | str):
            return None if self.subject == "signal" else False
        return value > bound if self.test == "above" else value < bound


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold, and what is then said."""

    name: str
    decision: Literal["confirm", "refuse"]
    text: str
    conditions: tuple[Condition, ...] = ()
    intents: tuple[str, ...] = ("*",)
    """Names or patterns (`door.*`) of the intents that it is for."""

    def judge(self, command: Command, intent: Intent, vehicle: VehicleInterface) -> Verdict | None:
        """Return the verdict, or None when the rule does not apply."""
        if not any(fnmatchcase(command.intent, pattern) for pattern in self.intents):
            return None
        results = [(condition, condition.holds(command, vehicle)) for condition in self.conditions]
        if any(result is False for _, result in results):
            return None
        unknown = next((condition for condition, result in results if result is None), None)
        if unknown is not None:
            return Verdict(
                "refuse", f"I can't {intent.title} now: the car does not tell {_spoken(unknown.name)}.", self.name
            )
        return Verdict(self.decision, _filled(self.text, command, intent), self.name)


_UNSURE = "I am not sure that I understood. Shall I {title}{details}?"


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
    """All rule sets, and the rules for every command."""

    sets: Mapping[str, RuleSet]
    always: tuple[Rule, ...] = ()

    def judge(
        self,
        command: Command,
        intent: Intent,
        vehicle: VehicleInterface,
        plugins: PolicyHook | None = None,
        *,
        damaged: bool = False,
    ) -> Verdict:
        """Return the strictest verdict of the intent's rule set, of the rules for all, and of the plugins.

        `damaged`: samples of the utterance were lost; then nothing sensitive acts.
        """
        rule_set = self.sets.get(intent.policy)
        if rule_set is None:
            return Verdict("refuse", f"I can't {intent.title}: no rule says when that is safe.", intent.policy)
        if damaged and rule_set.is_sensitive:
            return Verdict("refuse", "I did not hear all of that. Please say it again.", "damaged sound")
        verdicts = [rule.judge(command, intent, vehicle) for rule in (*rule_set.rules, *self.always)]
        if plugins is not None:
            verdicts.append(plugins(command, vehicle))
        if command.unsure and not intent.only_reads:  # telling the wrong thing harms nobody; asking back would
            verdicts.append(Verdict("confirm", _filled(_UNSURE, command, intent), "unsure"))
        return strictest(verdict for verdict in verdicts if verdict is not None)

    def signals(self) -> frozenset[str]:
        """Return the paths of all signals that rules read."""
        rules = [rule for rule_set in self.sets.values() for rule in rule_set.rules] + list(self.always)
        return frozenset(each.name for rule in rules for each in rule.conditions if each.subject == "signal")


def _same(value: SignalValue, wanted: SignalValue) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return same_slot(value, wanted)


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
