"""What stands in a scenario file. Read by reading.py, which tells every mistake with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from cabin.config.fields import Bounds
from cabin.messages import SignalValue

__all__ = ["Aloud", "Around", "Driver", "Expect", "Scenario", "Step"]


@dataclass(frozen=True)
class Aloud:
    """Say it with a voice, through the ears and the recognizer, instead of as text."""

    voice: str = "hibari"
    """A voice that a plugin registered."""
    pace: Annotated[float, Bounds(0.5, 2.0)] = 1.0
    """1: the voice's own; 2: twice as fast."""
    speed_kph: Annotated[float, Bounds(0, 300)] = 0.0
    """How fast the car sounds."""
    sources: tuple[str, ...] = ("tyres", "wind", "engine")
    """What sounds: names of cabin.noise.scene.SOURCES."""
    snr_db: Annotated[float | None, Bounds(-30, 100)] = None
    """How far speech stands above the noise; null: no noise."""
    level_dbfs: Annotated[float, Bounds(-80, 0)] = -26.0
    """How loud the speech is, active level (ITU-T P.56)."""


@dataclass(frozen=True)
class Driver:
    """How the driver is, as a plugin that watches would tell policy."""

    condition: str
    """drowsy, asleep, distracted, ..."""
    strictness: Annotated[int, Bounds(0, 3)] = 1
    for_s: Annotated[float, Bounds(0, 100_000)] = 3600.0


@dataclass(frozen=True)
class Expect:
    """What must hold after a step. What is left out is not looked at."""

    status: tuple[str, ...] = ()
    """Of each command in order: done, answered, confirm, refused, unconfirmed, unavailable, failed, late."""
    intents: tuple[str, ...] | None = None
    """What was understood, in order; [] for nothing."""
    refused: str | None = None
    """The refusal: out_of_scope, question, chatter, impossible, unclear."""
    rule: str | None = None
    """The policy's rule that decided on the first command."""
    reply: tuple[str, ...] = ()
    """Each stands in the reply, whatever the case of its letters."""
    reply_lacks: tuple[str, ...] = ()
    """None stands in it."""
    asks: bool | None = None
    """Whether a question is open afterwards."""
    signals: Mapping[str, SignalValue] = field(default_factory=dict)
    """What the car's signals hold, moved to their end."""
    writes: tuple[str, ...] | None = None
    """Paths written in this step, in any order; [] for none."""
    within_ms: Annotated[float | None, Bounds(0)] = None
    """Processor time of the step: recognizing, understanding, acting."""


@dataclass(frozen=True)
class Step:
    """One thing that happens. Exactly one of say, any_of, hear, wait_s, set, driver."""

    say: str = ""
    """Words; {name} of `vary` may stand in them, as in all texts of a step."""
    any_of: tuple[str, ...] = ()
    """One of these, drawn by the seed."""
    hear: str = ""
    """A wav file, relative to the scenario's."""
    speaker: str = "unknown"
    """Whose seat it came from: driver, passenger, rear_left, rear_right, unknown."""
    aloud: Aloud | None = None
    wait_s: Annotated[float, Bounds(0, 100_000)] = 0.0
    """Time that passes in the car."""
    set: Mapping[str, SignalValue] = field(default_factory=dict)
    """Signals that change by themselves."""
    driver: Driver | None = None
    expect: Expect = field(default_factory=Expect)

    @property
    def is_spoken(self) -> bool:
        """Whether somebody says something."""
        return bool(self.say or self.any_of or self.hear)


@dataclass(frozen=True)
class Around:
    """What must hold all the time: looked at after every write and every step."""

    signal: str
    above: float | None = None
    below: float | None = None
    one_of: tuple[SignalValue, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One file."""

    about: str
    """A sentence: what must hold."""
    steps: tuple[Step, ...]
    tags: tuple[str, ...] = ()
    """To choose by: unsafe, spoken, ..."""
    seed: int = 0
    car: Mapping[str, SignalValue] = field(default_factory=dict)
    """Signals at the start."""
    drive: str = ""
    """A drive of the simulated car that goes on meanwhile; physics then does too."""
    physics: bool = False
    faults: tuple[Mapping[str, Any], ...] = ()
    """What breaks: {signal, kind, at_s, for_s, ...}, as `planned_faults` of the simulated car."""
    vary: Mapping[str, tuple[SignalValue, ...]] = field(default_factory=dict)
    """Name -> values: the scenario is run for every combination."""
    repeat: Annotated[int, Bounds(1, 10_000)] = 1
    """How many times with another seed each."""
    always: tuple[Around, ...] = ()
    never_written: tuple[str, ...] = ()
    """Paths, with * for any part, that are never written."""
