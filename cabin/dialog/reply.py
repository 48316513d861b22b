"""What is said to the driver.

Replies from catalog templates, refusals by their reason, several outcomes in one breath.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cabin.dialog.words import close_spaces, join_words, say_amount, say_number, say_value, words_of
from cabin.messages import Command, Outcome, Refusal, Signal, SignalChange
from cabin.vehicle.expressions import CannotAct
from cabin.vehicle.units import UnitSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent, SignalSpec

__all__ = ["REFUSALS", "Facts", "join_replies", "say_done", "say_obstacle", "say_unavailable", "say_unconfirmed"]

REFUSALS: Mapping[Refusal, str] = {
    "out_of_scope": "I can't do that in this car.",
    "question": "I can't answer that. I can do things in the car.",
    "chatter": "",
    "impossible": "That is not possible.",
    "unclear": "I did not understand what to do.",
}
"""Refusal -> what is said. Chatter is met with silence: nobody spoke to the car."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Facts:
    """What a reply can tell."""

    specs: Mapping[str, SignalSpec]
    """The car's signals by path."""
    settings: UnitSettings = field(default_factory=UnitSettings)
    changes: tuple[SignalChange, ...] = ()
    readings: tuple[Signal, ...] = ()
    unit: str = ""
    """The unit in which the value was said; empty: the car's."""
    stopped_at: Literal["", "min", "max"] = ""
    """A step ended at this bound."""


def say_done(template: str, command: Command, intent: Intent, facts: Facts) -> str:
    """Fill the catalog's template; a step that stopped at a bound says so."""
    text = close_spaces(_PLACEHOLDER.sub(lambda match: _fill(match[1], command, intent, facts), template))
    text = text[:1].upper() + text[1:]
    if facts.stopped_at:
        bound = {"max": "maximum", "min": "minimum"}[facts.stopped_at]
        was_there = all(change.before == change.target for change in facts.changes)
        text = f"It is already at the {bound}." if was_there else f"{text} That is the {bound}."
    return text


def say_unconfirmed(intent: Intent, facts: Facts) -> str:
    """Say that the car was asked and did not do it, and where it stands."""
    for change in facts.changes:
        if not change.confirmed:
            spec = facts.specs[change.path]
            if change.after is None:
                return f"I asked the car to {intent.title}, but it does not tell whether it did."
            where = say_value(spec, change.after, facts.settings, facts.unit)
            return f"I asked the car to {intent.title}, but it has not done so: it stands at {where}."
    return f"I asked the car to {intent.title}, but it has not confirmed."


def say_unavailable(intent_name: str, plugin: str = "", intent: Intent | None = None) -> str:
    """Say that something was understood and nothing here can do it."""
    if plugin:
        return f"That needs the plugin {plugin}, which is not loaded."
    return f"This car can't {intent.title}." if intent else f"Nothing that is loaded can do {intent_name}."


def say_obstacle(obstacle: CannotAct, command: Command, intent: Intent) -> str:
    """Say why a command cannot be carried out as it was said, and what could."""
    title, choices = intent.title, join_choices(obstacle.choices)
    if obstacle.obstacle == "out_of_range":
        return f"That is out of range: I can {title} {_range(obstacle)}."
    if obstacle.obstacle == "missing":
        if obstacle.slot == "position":
            return f"Which one? I can {title} for {choices}." if choices else "Which one?"
        return f"I can {title}, but to what? I did not hear a {words_of(obstacle.slot)}."
    if obstacle.obstacle == "unit":
        return f"I can't {title} in {words_of(obstacle.seen)}."
    if obstacle.obstacle == "unknown_value":
        told = f" I can take {choices}." if choices else ""
        return f"I can't {title} to {words_of(obstacle.seen)}.{told}"
    if obstacle.obstacle == "no_place":
        device = intent.device_title or words_of(command.intent.partition(".")[0])
        return close_spaces(f"I know no {words_of(obstacle.seen)} {device} in this car.")
    if obstacle.obstacle == "no_reading":
        return f"I can't {title} by a step: the car does not tell where it stands."
    return f"I did not understand how I should {title}."


def join_choices(choices: tuple[str, ...]) -> str:
    """Join as alternatives: "a, b or c"; at most eight are told."""
    words = [words_of(choice).lower() for choice in choices[:8]]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else ""


def join_replies(outcomes: Iterable[Outcome]) -> str:
    """Join the replies of several outcomes, in order, each sentence once."""
    return " ".join(dict.fromkeys(outcome.reply for outcome in outcomes if outcome.reply))


def _fill(name: str, command: Command, intent: Intent, facts: Facts) -> str:
    if name == "reading":
        return _reading(facts.readings[0], facts) if facts.readings else "unknown"
    if name == "readings":
        return _readings(facts, intent)
    if name == "value":
        return _value(command, facts)
    if name == "title":
        return intent.title
    if name == "device":
        return intent.device_title or words_of(intent.device)
    return words_of(command.slots.get(name, ""))


def _value(command: Command, facts: Facts) -> str:
    """Return the target as said: in the unit that was said, else in the car's."""
    for change in facts.changes:
        spec = facts.specs.get(change.path)
        if spec is not None and isinstance(change.target, int | float) and not isinstance(change.target, bool):
            return say_value(spec, change.target, facts.settings, facts.unit)
    value = command.slots.get("value", "")
    return words_of(value)


def _reading(signal: Signal, facts: Facts) -> str:
    spec = facts.specs.get(signal.path)
    return say_value(spec, signal.value, facts.settings) if spec else words_of(signal.value)


def _readings(facts: Facts, intent: Intent) -> str:
    """Return all readings: once when they are the same, else each with its place."""
    said = [_reading(signal, facts) for signal in facts.readings]
    if len(set(said)) <= 1:
        return said[0] if said else "unknown"
    named = [(_place(signal.path, intent), words) for signal, words in zip(facts.readings, said, strict=True)]
    if any(place for place, _ in named):
        return join_words([f"{place} {words}".strip() for place, words in named])
    return join_words([words for words in said if words])


def _place(path: str, intent: Intent) -> str:
    """Return what the intent's zones call the one place of a path; the longest name, as it says most."""
    names = [
        name
        for name, fragments in intent.zones.items()
        if name != "default" and len(fragments) == 1 and f".{fragments[0]}." in f".{path}."
    ]
    return words_of(max(names, key=len)) if names else ""


def _range(obstacle: CannotAct) -> str:
    low, high, unit = obstacle.low, obstacle.high, obstacle.unit
    if low is not None and high is not None:
        low, high = sorted((low, high))
        if unit == "level":
            return f"to levels {say_number(low)} to {say_number(high)}"
        return f"from {say_number(_inwards(low, 1))} to {say_amount(_inwards(high, -1), unit)}"
    if high is not None:
        return f"to at most {say_amount(high, unit)}"
    return f"to at least {say_amount(low or 0.0, unit)}"


def _inwards(value: float, direction: int) -> float:
    """Round a converted bound to whole numbers within the range: 60.8 to 82.4 Fahrenheit is told as 61 to 82."""
    if abs(value - round(value, 1)) < 1e-6 and abs(value * 2 - round(value * 2)) < 1e-6:
        return value
    nearest = round(value)
    if direction > 0:
        return nearest if nearest >= value else nearest + 1
    return nearest if nearest <= value else nearest - 1
