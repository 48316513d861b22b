"""Something that a monitor has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cabin.errors import Problem, UsageError, nearest
from cabin.messages import Command

__all__ = ["LEVELS", "Level", "Notice"]

Level = Literal["hint", "advice", "warning", "alarm"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From what may be missed to what must not be."""


@dataclass(frozen=True)
class Notice:
    """One thing to say, or to ask."""

    key: str
    """What it is about: "belt". A monitor's notices of one key are one matter: told at most so often, and escalated."""
    text: str
    """For the driver, one or two short sentences."""
    level: Level = "advice"
    commands: tuple[Command, ...] = ()
    """With commands the text is a question, and these are carried out on a yes, if the policy lets them."""
    valid_s: float = 30.0
    """A notice that could not be said for so long is dropped: it is no news any more."""

    def __post_init__(self) -> None:
        """Raise UsageError for a notice without text or of no level."""
        if self.level not in LEVELS:
            raise UsageError(
                Problem(
                    "no level of a notice", self.key, repr(self.level), ", ".join(LEVELS), nearest(self.level, LEVELS)
                )
            )
        if not self.text.strip() or not self.key:
            raise UsageError(Problem("a notice needs a key and a text", self.key, repr(self.text)))

    @property
    def rank(self) -> int:
        """0 for a hint to 3 for an alarm."""
        return LEVELS.index(self.level)
