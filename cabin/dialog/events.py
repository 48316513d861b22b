"""What happens in a conversation, as it happens: for screens, logs and tests. docs/reference/dialog.md has the JSON.

Observers are called on the thread of the chain and must not block; one that raises is logged and not asked again for
that event.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cabin.dialog.state import QuestionKind
from cabin.messages import Command, Refusal, SignalChange, Status

__all__ = [
    "Asked",
    "DialogEvent",
    "DialogObserver",
    "Dropped",
    "Expired",
    "Finished",
    "Heard",
    "Understood",
    "event_json",
]


@dataclass(frozen=True)
class Heard:
    """An utterance reached the dialog."""

    at_s: float
    """On the session's clock, as in every event."""
    text: str


@dataclass(frozen=True)
class Understood:
    """What the utterance came to, before anything is done."""

    at_s: float
    by: Literal["parser", "context", "answer", "dialog"]
    """parser: a full sentence. context: a short one that refers to what was done. answer: to the question.
    dialog: undo, repeat, help, cancel, yes, no."""
    commands: tuple[Command, ...] = ()
    refused: Refusal | None = None
    act: str = ""
    """Of `dialog`: which of them."""


@dataclass(frozen=True)
class Asked:
    """The driver is asked something, and an answer is waited for."""

    at_s: float
    question: int
    """The question's number."""
    kind: QuestionKind
    text: str
    choices: tuple[str, ...]
    expires_s: float
    """When the answer comes too late."""


@dataclass(frozen=True)
class Finished:
    """A command came to an end, whatever its status. In JSON its name is "done"."""

    at_s: float
    command: Command
    status: Status
    reply: str
    changes: tuple[SignalChange, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A question is open no more without having been answered."""

    at_s: float
    question: int
    why: Literal["another command", "cancelled", "changed"]


@dataclass(frozen=True)
class Expired:
    """Time is over: a question nobody answered, or what short sentences could refer to."""

    at_s: float
    what: Literal["question", "context", "undo"]
    question: int | None = None


DialogEvent = Heard | Understood | Asked | Finished | Dropped | Expired
DialogObserver = Callable[[DialogEvent], None]

_NAMES: dict[type[Any], str] = {
    Heard: "heard",
    Understood: "understood",
    Asked: "asked",
    Finished: "done",
    Dropped: "dropped",
    Expired: "expired",
}


def event_json(event: DialogEvent) -> dict[str, Any]:
    """Return an event as JSON can hold it: its name first, then its fields."""
    told: dict[str, Any] = {"event": _NAMES[type(event)]}
    for field in dataclasses.fields(event):
        told[field.name] = _plain(getattr(event, field.name))
    return told


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return dict(value) if hasattr(value, "keys") else value
