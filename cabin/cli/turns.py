"""How a turn is shown: as one JSON object, or as lines for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cabin.dialog.words import say_number

if TYPE_CHECKING:
    from rich.console import Console

    from cabin.dialog.state import Question
    from cabin.messages import Command, Outcome, Parse, SignalChange, Turn

__all__ = ["STATUS_STYLES", "change_text", "command_text", "parse_json", "print_turn", "stage_text", "turn_json"]

STATUS_STYLES: Mapping[str, str] = {
    "done": "green",
    "answered": "green",
    "confirm": "yellow",
    "refused": "yellow",
    "unconfirmed": "red",
    "unavailable": "yellow",
    "failed": "red",
    "late": "red",
}

_SOURCES: Mapping[str, str] = {"template": "by template", "dialog": "from the conversation"}
_WAITED_FOR: Mapping[str, str] = {"confirm": "yes or no", "slot": "what was not said", "which": "which one"}


def parse_json(parse: Parse) -> dict[str, Any]:
    """Return what `cabin parse --json` prints: text, commands, refused, ms."""
    return {
        "text": parse.text,
        "commands": [
            {
                "intent": each.intent,
                "slots": dict(each.slots),
                "confidence": round(each.confidence, 4),
                "zone": "confirm" if each.unsure else "act",
            }
            for each in parse.commands
        ],
        "refused": parse.refused,
        "ms": _rounded(parse.ms),
    }


def turn_json(turn: Turn, file: str | None = None) -> dict[str, Any]:
    """Return what `cabin say --json` prints; with a file, what `cabin hear --json` prints."""
    told: dict[str, Any] = {}
    if file is not None:
        told["file"] = file
        if turn.utterance is not None:
            told["start_s"], told["end_s"] = round(turn.utterance.start_s, 3), round(turn.utterance.end_s, 3)
        told["transcript"] = turn.transcript.text if turn.transcript else ""
    told |= parse_json(turn.parse)
    told["ms"] = _rounded(turn.ms)
    told["outcomes"] = [_outcome_json(outcome) for outcome in turn.outcomes]
    told["reply"] = turn.reply
    if file is None:
        told["resolved"] = [{"intent": each.intent, "slots": dict(each.slots)} for each in turn.resolved]
        told["pending"] = _question_json(turn.pending)
    return told


def print_turn(console: Console, turn: Turn) -> None:
    """Write what was heard, understood and done or refused, each signal before and after, and the times."""
    from rich.markup import escape

    if turn.transcript is not None:
        heard = escape(turn.transcript.text) if turn.transcript.text else "[dim](nothing)[/dim]"
        console.print(f"  heard       {heard}")
    if turn.parse.refused is not None and not turn.resolved:
        console.print(f"  understood  [yellow]nothing to do: {turn.parse.refused.replace('_', ' ')}[/yellow]")
    for outcome in turn.outcomes:
        style = STATUS_STYLES[outcome.status]
        command = outcome.command
        sure = _SOURCES.get(command.by) or f"{command.confidence:.0%}"
        console.print(f"  understood  [bold]{escape(command_text(command))}[/bold]  [dim]{sure}[/dim]")
        rule = f"  [dim]rule: {escape(outcome.verdict.rule)}[/dim]" if outcome.verdict.rule else ""
        console.print(f"  outcome     [{style}]{outcome.status}[/{style}]{rule}")
        for change in outcome.changes:
            mark = "[green]=[/green]" if change.confirmed else "[red]not confirmed[/red]"
            console.print(f"              {escape(change_text(change))}  {mark}")
        for reading in outcome.readings:
            console.print(f"              {escape(f'{reading.path}: {_value(reading.value)}')}")
    if turn.reply:
        console.print(f"  reply       [cyan]{escape(turn.reply)}[/cyan]")
    if turn.pending is not None:
        choices = f": {', '.join(turn.pending.choices)}" if turn.pending.choices else ""
        console.print(f"  waits for   [dim]{escape(f'{_WAITED_FOR[turn.pending.kind]}{choices}')}[/dim]")
    console.print(f"  time        [dim]{stage_text(turn.ms)}[/dim]")


def command_text(command: Command) -> str:
    """Return a command on one line: temperature.set value=22.5 unit=degree."""
    slots = " ".join(f"{name}={_value(value)}" for name, value in command.slots.items())
    return f"{command.intent} {slots}".rstrip()


def change_text(change: SignalChange) -> str:
    """Return a change on one line: path: 0 -> 50 percent; one that was there already says so."""
    if change.confirmed and change.before == change.after:
        return f"{change.path}: {_value(change.after)} {change.unit}".rstrip() + ", as it was"
    wanted = "" if change.confirmed else f" (wanted {_value(change.target)})"
    return f"{change.path}: {_value(change.before)} -> {_value(change.after)}{wanted} {change.unit}".rstrip()


def stage_text(ms: Mapping[str, float]) -> str:
    """Return the milliseconds of each stage on one line."""
    stages = [f"{name} {value:.1f}" for name, value in ms.items() if name != "total"]
    return f"{', '.join(stages)}; total {ms.get('total', 0.0):.1f} ms"


def _question_json(question: Question | None) -> dict[str, Any] | None:
    if question is None:
        return None
    return {
        "number": question.number,
        "kind": question.kind,
        "text": question.text,
        "slot": question.slot,
        "choices": list(question.choices),
        "commands": [{"intent": each.intent, "slots": dict(each.slots)} for each in question.commands],
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    command, verdict = outcome.command, outcome.verdict
    return {
        "intent": command.intent,
        "slots": dict(command.slots),
        "confidence": round(command.confidence, 4),
        "by": command.by,
        "status": outcome.status,
        "reply": outcome.reply,
        "verdict": dataclasses.asdict(verdict),
        "changes": [dataclasses.asdict(change) for change in outcome.changes],
        "readings": [dataclasses.asdict(reading) for reading in outcome.readings],
    }


def _rounded(ms: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(value, 3) for stage, value in ms.items()}


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    return say_number(value) if isinstance(value, int | float) else str(value) or '""'
