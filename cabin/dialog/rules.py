"""rules.yaml, read and checked: what short sentences mean. Language and rules are data; what they come to is code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

import yaml

__all__ = ["ACTS", "RULES_FILE", "Act", "Do", "Option", "Pattern", "Rule", "Rules", "load_rules", "read_rules"]

RULES_FILE = "rules.yaml"

Act = Literal["undo", "repeat", "help", "yes", "no", "cancel"]
"""What is said to the dialog itself."""

Do = Literal["act", "further", "back", "redo", "place", "other", "value", "step", "end"] | Act

ACTS: tuple[Act, ...] = get_args(Act)
_DOS = (*get_args(get_args(Do)[0]), *ACTS)
_KEYS = {"do", "actions", "reach", "corrects", "needs", "ask", "with_device", "sentences"}
_ACTIONS_NEEDED = ("act", "step")


@dataclass(frozen=True)
class Pattern:
    """Sentences of a rule with what they say besides."""

    templates: tuple[str, ...]
    amount: str = ""
    """little or lot."""
    to: str = ""
    """Of `end`: max or min; empty: on in the direction of the last command."""
    many: bool = False
    """Whether everything that fits is meant: "them", "both"."""


@dataclass(frozen=True)
class Option:
    """An action to look for."""

    action: str
    after: tuple[str, ...] = ()
    """Only after one of these actions of the same device; empty: after any."""


@dataclass(frozen=True)
class Rule:
    """What some sentences mean."""

    name: str
    do: Do
    patterns: tuple[Pattern, ...]
    actions: tuple[Option, ...] = ()
    """The actions to look for in the catalog, the first that a device has."""
    recent: bool = False
    """Whether things done before the last utterance count too."""
    corrects: Literal["no", "may", "only"] = "no"
    """Whether a word of correction may or must stand before it."""
    needs: tuple[str, ...] = ()
    """Words of which the intent's own title or sentences must have one."""
    ask: str = ""
    """What is asked when nothing fits."""
    with_device: str = ""
    """The full sentence, with {answer} for the device; empty: the question is not waited for."""


@dataclass(frozen=True)
class Rules:
    """All of rules.yaml."""

    rules: tuple[Rule, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    correction: tuple[str, ...] = ()
    positions: Mapping[str, str] = field(default_factory=dict)
    """Words of a place -> value of slot position."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """Words for the end of a range -> max or min."""
    opposites: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """position, heading, action -> value -> its opposite."""
    narrowing: frozenset[str] = frozenset()
    widening: frozenset[str] = frozenset()
    no_undo: frozenset[str] = frozenset()
    further: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    back: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def load_rules() -> Rules:
    """Return the rules of this package."""
    return read_rules(yaml.safe_load(files("cabin.dialog").joinpath(RULES_FILE).read_text(encoding="utf-8")))


def read_rules(data: Mapping[str, Any]) -> Rules:
    """Turn the YAML document into Rules. Raises ValueError for what no rule can be: the file is part of cabin."""
    return Rules(
        rules=tuple(_rule(name, entry) for name, entry in data["rules"].items()),
        before=_by_length(data["before"]),
        after=_by_length(data["after"]),
        correction=_by_length(data["correction"]),
        positions={phrase: value for value, phrases in data["positions"].items() for phrase in phrases},
        ends={phrase: value for value, phrases in data["ends"].items() for phrase in phrases},
        opposites={kind: dict(_both_ways(pairs)) for kind, pairs in data["opposites"].items()},
        narrowing=frozenset(data["narrowing"]),
        widening=frozenset(data["widening"]),
        no_undo=frozenset(data["no_undo"]),
        further={action: tuple(actions) for action, actions in data["further"].items()},
        back={action: tuple(actions) for action, actions in data["back"].items()},
    )


def _rule(name: str, entry: Mapping[str, Any]) -> Rule:
    unknown = set(entry) - _KEYS
    if unknown or entry["do"] not in _DOS or (entry["do"] in _ACTIONS_NEEDED) != ("actions" in entry):
        raise ValueError(f"{RULES_FILE}: rule {name!r}: {sorted(unknown)} {entry['do']!r}")
    corrects = entry.get("corrects", False)
    plain = tuple(each for each in entry["sentences"] if isinstance(each, str))
    groups = [each for each in entry["sentences"] if not isinstance(each, str)]
    return Rule(
        name,
        cast(Do, entry["do"]),
        (Pattern(plain), *(_pattern(group) for group in groups)),
        tuple(_option(each) for each in entry.get("actions", ())),
        entry.get("reach") == "recent",
        "only" if corrects == "only" else "may" if corrects else "no",
        tuple(entry.get("needs", ())),
        entry.get("ask", ""),
        entry.get("with_device", ""),
    )


def _pattern(group: Mapping[str, Any]) -> Pattern:
    slots = group["slots"]
    return Pattern(tuple(group["sentences"]), slots.get("amount", ""), slots.get("to", ""), slots.get("many") == "all")


def _option(entry: str | Mapping[str, list[str]]) -> Option:
    if isinstance(entry, str):
        return Option(entry)
    ((action, after),) = entry.items()
    return Option(action, tuple(after))


def _by_length(phrases: list[str]) -> tuple[str, ...]:
    """The phrases of most words first: "no wait" is taken off before "no"."""
    return tuple(sorted(phrases, key=lambda phrase: -phrase.count(" ")))


def _both_ways(pairs: list[list[str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        yield other, one
