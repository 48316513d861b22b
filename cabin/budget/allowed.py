"""What a step of the ladder allows, and what the driver is told of a thing that was asked for and not done.

Which commands are essential the catalogs say (`essential: true` of a device or an intent): nothing here knows a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from cabin.budget.steps import Step
from cabin.messages import Command, Verdict

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog

__all__ = ["ALLOWANCES", "RULE", "Allowance", "allowance", "judge", "judge_utterance"]

RULE = "overloaded"
"""The rule that a verdict of this module names."""

_ALLOWED = Verdict("allow")


@dataclass(frozen=True)
class Allowance:
    """What is done on one step."""

    step: Step
    speculates: bool
    """Recognition and parsing begin before the utterance is known to have ended."""
    n_best: int | None
    """At most so many readings of an utterance are parsed; None: as many as are configured."""
    listens: bool
    """Whoever speaks is heard; else only who presses the talk button."""
    replies: Literal["speech", "earcon"]
    """earcon: a tone is heard; the text is still on the screen feed."""
    commands: Literal["all", "essential", "none"]


ALLOWANCES: Mapping[Step, Allowance] = MappingProxyType(
    {
        "normal": Allowance("normal", True, None, True, "speech", "all"),
        "lean": Allowance("lean", False, 1, True, "speech", "all"),
        "essential": Allowance("essential", False, 1, True, "earcon", "essential"),
        "deaf": Allowance("deaf", False, 1, False, "earcon", "essential"),
        "restart": Allowance("restart", False, 1, False, "earcon", "none"),
    }
)
"""Each step allows at most what the one before it allows."""


def allowance(step: Step) -> Allowance:
    """Return what a step allows."""
    return ALLOWANCES[step]


def judge(command: Command, catalog: Catalog, step: Step) -> Verdict:
    """Return whether a command is done on a step; `reason` of a refusal is the sentence for the driver.

    A command that the catalog lacks passes: who carries it out has a better answer to it.
    """
    commands = ALLOWANCES[step].commands
    intent = catalog.intents.get(command.intent)
    if commands == "all" or intent is None or (commands == "essential" and intent.essential):
        return _ALLOWED
    if commands == "none":
        return Verdict("refuse", f"I am starting again, so I did not {intent.title}. Please say it in a moment.", RULE)
    return Verdict(
        "refuse", f"I am overloaded and only do what you need for driving, so I did not {intent.title}.", RULE
    )


def judge_utterance(step: Step, *, pushed_to_talk: bool) -> Verdict:
    """Return whether an utterance is recognized at all on a step.

    The reason of a refusal is for the screen: nobody may have spoken to the car, so it is not said aloud.
    """
    allowed = ALLOWANCES[step]
    if allowed.commands == "none":
        return Verdict("refuse", "I am starting again. Please say it in a moment.", RULE)
    if allowed.listens or pushed_to_talk:
        return _ALLOWED
    return Verdict("refuse", "I am overloaded and not listening. Press the talk button to speak to me.", RULE)
