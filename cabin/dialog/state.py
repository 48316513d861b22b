"""What a conversation remembers. Frozen: a session replaces its state, nobody changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cabin.messages import Command, SignalChange

__all__ = ["Done", "Question", "QuestionKind", "State"]

QuestionKind = Literal["confirm", "slot", "which"]
"""confirm: yes or no. slot: a value that was not said. which: one of several things that were meant."""


@dataclass(frozen=True)
class Done:
    """One command that was carried out."""

    command: Command
    changes: tuple[SignalChange, ...]
    at_s: float
    """On the session's clock."""
    turn: int
    """Commands of one utterance share it."""


@dataclass(frozen=True)
class Question:
    """The one thing that the driver was asked."""

    number: int
    """No two questions of a session have the same, so that an answer never reaches another question."""
    kind: QuestionKind
    text: str
    """As it was asked."""
    commands: tuple[Command, ...]
    """What is done on a yes, or with the slot filled; of `which`, one for each choice."""
    asked_s: float
    """On the session's clock. What was said before then is no answer."""
    reason: tuple[str, str] = ("", "")
    """confirm: rule and text of the verdict that a yes answers; another verdict is asked anew."""
    slot: str = ""
    """slot: its name; empty when the whole device is missing and `sentence` is all there is."""
    sentence: str = ""
    """slot: a sentence that the answer completes, with {answer} in it; empty: only the slot is read."""
    choices: tuple[str, ...] = ()
    """What can be answered, in words."""
    waiting: tuple[Command, ...] = ()
    """Commands of the same utterance that need a question of their own; taken up after the answer."""
    undo: tuple[Done, ...] = ()
    """confirm: what a yes puts back, when the question is whether to undo."""
    soft: bool = False
    """An offer to say it better: dropped without a word."""


@dataclass(frozen=True)
class State:
    """A conversation at one moment."""

    done: tuple[Done, ...] = ()
    """What was done, the latest last."""
    undo: tuple[tuple[Done, ...], ...] = ()
    """What can be put back, an entry for each utterance, the latest last."""
    question: Question | None = None
    reply: str = ""
    """What was said last."""
    turns: int = 0
    questions: int = 0
    helps: int = 0
    """How often help was asked for: it goes on where it stopped."""
