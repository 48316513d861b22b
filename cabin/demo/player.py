"""Play recordings through the whole chain and compare what came of each with what must."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cabin.audio.wav import read_sound
from cabin.demo.script import DemoEntry, ExpectedCommand
from cabin.errors import Problem, UsageError
from cabin.vehicle.expressions import same_slot
from cabin.vehicle.signals import check_value

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.messages import Command, SignalValue, Sound, Turn

__all__ = ["DemoResult", "PlaceableCar", "StageTimes", "peak_memory_mib", "play", "stage_times"]


@runtime_checkable
class PlaceableCar(Protocol):
    """A simulated car, whose signals can be set at will."""

    def place(self, path: str, value: SignalValue) -> None:
        """Set any signal at once."""
        ...

    def snapshot(self) -> dict[str, SignalValue]:
        """Return every signal's value now."""
        ...


@dataclass(frozen=True)
class DemoResult:
    """What came of one recording."""

    entry: DemoEntry
    sound: Sound
    turns: tuple[Turn, ...]
    """One for each utterance found in it."""
    differences: tuple[str, ...]
    """What is not as it must be, as clauses; empty: all right."""

    @property
    def heard(self) -> str:
        """The words recognized."""
        return " / ".join(turn.transcript.text for turn in self.turns if turn.transcript)


@dataclass(frozen=True)
class StageTimes:
    """How long one stage took over all utterances."""

    stage: str
    p50_ms: float
    p95_ms: float


def play(chain: Chain, entries: Iterable[DemoEntry]) -> Iterator[DemoResult]:
    """Yield the result of each recording; the car is as it was at first before each.

    Raises UsageError or SoundError.
    """
    car = chain.vehicle
    if not isinstance(car, PlaceableCar):
        what = f"the demo needs a simulated car, not {car.name!r}"
        raise UsageError(Problem(what, "vehicle.yaml: interface", hint="Write `interface: simulated`."))
    at_first = car.snapshot()
    for entry in entries:
        _restore(car, at_first)
        for path, value in entry.car.items():
            spec = chain.vehicle.signals().get(path)
            car.place(path, check_value(spec, value) if spec else value)
        sound = read_sound(entry.file)
        found = chain.utterances([sound.samples], entry.file.name)
        turns = tuple(chain.hear(utterance, listen_ms=listen_ms) for utterance, listen_ms in found)
        yield DemoResult(entry, sound, turns, _differences(entry, turns))
    _restore(car, at_first)


def stage_times(results: Iterable[DemoResult]) -> list[StageTimes]:
    """Return the median and the 95th percentile of each stage, over all utterances."""
    import numpy as np

    by_stage: dict[str, list[float]] = {}
    for result in results:
        for turn in result.turns:
            for stage, ms in turn.ms.items():
                by_stage.setdefault(stage, []).append(ms)
    return [
        StageTimes(stage, float(np.percentile(times, 50)), float(np.percentile(times, 95)))
        for stage, times in by_stage.items()
    ]


def peak_memory_mib() -> float:
    """Return the most memory that this process ever held, in MiB. Linux tells KiB, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024


def _restore(car: PlaceableCar, values: Mapping[str, SignalValue]) -> None:
    now = car.snapshot()
    for path, value in values.items():
        if now[path] != value:
            car.place(path, value)


def _differences(entry: DemoEntry, turns: Sequence[Turn]) -> tuple[str, ...]:
    if not turns:
        return ("nothing was heard",)
    told = []
    commands = [command for turn in turns for command in turn.parse.commands]
    refusals = [turn.parse.refused for turn in turns if turn.parse.refused is not None]
    if entry.refused is not None:
        if entry.refused == "impossible" and commands and _all_out_of_range(turns):
            return ()
        if commands:
            told.append(f"commands: {', '.join(map(_text, commands))}")
        elif entry.refused not in refusals:
            told.append(f"refused as {refusals[0] if refusals else 'nothing'}, not {entry.refused}")
        return tuple(told)
    if refusals:
        told.append(f"refused: {', '.join(refusals)}")
    wanted = [_text(each) for each in entry.expect]
    if not _same_commands(commands, entry.expect) and not (refusals and not commands):
        told.append(f"commands: {', '.join(map(_text, commands)) or 'none'}, not {', '.join(wanted)}")
    statuses = tuple(outcome.status for turn in turns for outcome in turn.outcomes)
    if entry.status and statuses != entry.status and not refusals:
        told.append(f"{', '.join(statuses) or 'nothing done'}, not {', '.join(entry.status)}")
    return tuple(told)


def _all_out_of_range(turns: Sequence[Turn]) -> bool:
    """Whether every command was understood and refused for its value: the other right way to meet the impossible."""
    outcomes = [outcome for turn in turns for outcome in turn.outcomes]
    return bool(outcomes) and all(each.verdict.rule == "out_of_range" for each in outcomes)


def _same_commands(commands: Sequence[Command], expected: Sequence[ExpectedCommand]) -> bool:
    return len(commands) == len(expected) and all(
        command.intent == wanted.intent
        and command.slots.keys() == wanted.slots.keys()
        and all(same_slot(value, wanted.slots[name]) for name, value in command.slots.items())
        for command, wanted in zip(commands, expected, strict=True)
    )


def _text(command: Command | ExpectedCommand) -> str:
    slots = " ".join(f"{name}={value}" for name, value in command.slots.items())
    return f"{command.intent} {slots}".rstrip()
