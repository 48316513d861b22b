"""A turn as it crosses the socket: what `cabin say --json` prints, as dataclasses."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cabin.messages import (
    Command,
    Hypothesis,
    Outcome,
    Parse,
    Refusal,
    Signal,
    SignalChange,
    SignalValue,
    SlotValue,
    Status,
    Transcript,
    Turn,
    Verdict,
)

__all__ = ["CommandData", "OutcomeData", "TurnData", "turn_data", "turn_of", "without_words"]


@dataclass(frozen=True)
class CommandData:
    """One command that was understood."""

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    zone: Literal["act", "confirm"] = "act"


@dataclass(frozen=True)
class VerdictData:
    """What policy said."""

    decision: Literal["allow", "confirm", "refuse"] = "allow"
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True)
class ChangeData:
    """One signal that was set."""

    path: str
    before: SignalValue | None
    target: SignalValue
    after: SignalValue | None
    confirmed: bool
    unit: str = ""


@dataclass(frozen=True)
class ReadingData:
    """One signal that was read."""

    path: str
    value: SignalValue | None
    timestamp_ms: float = 0.0


@dataclass(frozen=True)
class OutcomeData:
    """What became of one command."""

    intent: str
    status: Status
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    by: Literal["model", "template", "dialog"] = "model"
    reply: str = ""
    verdict: VerdictData = field(default_factory=VerdictData)
    changes: tuple[ChangeData, ...] = ()
    readings: tuple[ReadingData, ...] = ()


@dataclass(frozen=True)
class TurnData:
    """The answer to `say` and `talk`.

    To `talk`, without the right `transcripts`: no text, slots, replies, changes and readings.
    """

    heard: bool = True
    """Whether there was speech at all."""
    text: str = ""
    transcript: str | None = None
    """What the recognizer heard; null when the text was given."""
    commands: tuple[CommandData, ...] = ()
    refused: Refusal | None = None
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by stage."""
    outcomes: tuple[OutcomeData, ...] = ()
    reply: str = ""


def turn_data(turn: Turn) -> TurnData:
    """Return a turn as the wire has it."""
    return TurnData(
        heard=turn.transcript is None or bool(turn.transcript.hypotheses),
        text=turn.parse.text,
        transcript=turn.transcript.text if turn.transcript is not None else None,
        commands=tuple(_command_data(each) for each in turn.parse.commands),
        refused=turn.parse.refused,
        ms={stage: round(value, 3) for stage, value in turn.ms.items()},
        outcomes=tuple(_outcome_data(each) for each in turn.outcomes),
        reply=turn.reply,
    )


def turn_of(data: TurnData) -> Turn:
    """Return the turn that the wire told of, to be shown as any other."""
    commands = tuple(
        Command(each.intent, each.slots, each.confidence, unsure=each.zone == "confirm") for each in data.commands
    )
    transcript = None
    if data.transcript is not None:
        readings = (Hypothesis(data.transcript, 0.0),) if data.transcript else ()
        transcript = Transcript(readings, "")
    parse = Parse(data.text, commands, data.refused)
    return Turn(parse, tuple(_outcome_of(each) for each in data.outcomes), data.reply, transcript, None, data.ms)


def without_words(data: TurnData) -> TurnData:
    """Return what a peer without the right `transcripts` may know of a turn that somebody spoke."""
    return dataclasses.replace(
        data,
        text="",
        transcript=None,
        reply="",
        commands=tuple(dataclasses.replace(each, slots={}) for each in data.commands),
        outcomes=tuple(
            dataclasses.replace(
                each, slots={}, reply="", verdict=dataclasses.replace(each.verdict, reason=""), changes=(), readings=()
            )
            for each in data.outcomes
        ),
    )


def _command_data(command: Command) -> CommandData:
    zone: Literal["act", "confirm"] = "confirm" if command.unsure else "act"
    return CommandData(command.intent, dict(command.slots), round(command.confidence, 4), zone)


def _outcome_data(outcome: Outcome) -> OutcomeData:
    command = outcome.command
    return OutcomeData(
        command.intent,
        outcome.status,
        dict(command.slots),
        round(command.confidence, 4),
        command.by,
        outcome.reply,
        VerdictData(outcome.verdict.decision, outcome.verdict.reason, outcome.verdict.rule),
        tuple(
            ChangeData(each.path, each.before, each.target, each.after, each.confirmed, each.unit)
            for each in outcome.changes
        ),
        tuple(ReadingData(each.path, each.value, each.timestamp_ms) for each in outcome.readings),
    )


def _outcome_of(data: OutcomeData) -> Outcome:
    return Outcome(
        Command(data.intent, data.slots, data.confidence, data.by),
        data.status,
        data.reply,
        Verdict(data.verdict.decision, data.verdict.reason, data.verdict.rule),
        tuple(
            SignalChange(each.path, each.before, each.target, each.after, each.confirmed, each.unit)
            for each in data.changes
        ),
        tuple(Signal(each.path, each.value, each.timestamp_ms) for each in data.readings),
    )
