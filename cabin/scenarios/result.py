"""What came of a case. Everything but the times is the same whenever the same case is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cabin.messages import SignalValue

__all__ = ["CaseResult", "Failure", "StepResult", "result_from"]


@dataclass(frozen=True)
class Failure:
    """One thing that did not hold."""

    step: int
    """From 1; 0: all the time."""
    what: str
    """What was looked at: "reply", "signal Vehicle.Speed"."""
    expected: str
    seen: str

    def __str__(self) -> str:
        place = f"step {self.step}" if self.step else "always"
        return f"{place}: {self.what}: expected {self.expected}, seen {self.seen}"


@dataclass(frozen=True)
class StepResult:
    """One step."""

    at_s: float
    """The car's time when it began."""
    what: str
    """The step in words: what was said, set, waited."""
    heard: str | None = None
    """What the recognizer heard; None where nothing was aloud."""
    intents: tuple[str, ...] = ()
    refused: str | None = None
    outcomes: tuple[Mapping[str, Any], ...] = ()
    """Intent, slots, status and rule of each command."""
    reply: str = ""
    asks: str = ""
    """The question that is open afterwards."""
    writes: tuple[tuple[float, str, SignalValue], ...] = ()
    sound: str = ""
    """Name of the file with what was heard, in the folder of results."""


@dataclass(frozen=True)
class CaseResult:
    """One case."""

    case: str
    scenario: str
    about: str
    tags: tuple[str, ...]
    seed: int
    digest: str
    """Of the scenario's file."""
    steps: tuple[StepResult, ...]
    failures: tuple[Failure, ...]
    signals: Mapping[str, tuple[tuple[float, SignalValue], ...]]
    """Every signal that changed: (seconds, value), where it began first."""
    car_s: float
    """Time that passed in the car."""
    times: Mapping[str, Any] = field(default_factory=dict)
    """Wall and processor time; no part of what must be the same."""

    @property
    def has_passed(self) -> bool:
        """Whether everything held."""
        return not self.failures

    def to_json(self, *, with_times: bool = True) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        told = asdict(self)
        if not with_times:
            del told["times"]
        return {"passed": self.has_passed, **told}


def result_from(told: Mapping[str, Any]) -> CaseResult:
    """Rebuild a result from its JSON. Raises KeyError or TypeError for what is none."""
    fields = {key: value for key, value in told.items() if key != "passed"}
    fields["steps"] = tuple(StepResult(**{**step, "intents": tuple(step["intents"])}) for step in told["steps"])
    fields["failures"] = tuple(Failure(**each) for each in told["failures"])
    fields["tags"] = tuple(told["tags"])
    return CaseResult(**fields)
