"""What a rule of policy.yaml asks, and what is there to be asked: each thing is read once for one judgement."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cabin.errors import UnknownSignalError, VehicleError
from cabin.vehicle.circumstances import minutes_of, say_time, within
from cabin.vehicle.expressions import same_slot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cabin.messages import Command, SignalValue
    from cabin.vehicle.circumstances import Circumstances
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["LOCAL_TIME", "Condition", "Evidence", "Readings", "Subject", "Test", "Unread"]

logger = logging.getLogger(__name__)

LOCAL_TIME = "Vehicle.CurrentLocation.LocalTime"
"""The car's own local time, "22:30"; where it has none, the computer's clock is asked."""

Subject = Literal["signal", "slot", "confidence", "speaker", "driver", "strictness", "time", "value"]
"""value: what is to be written, for rules under `writes`."""

Test = Literal["above", "below", "is", "is_not", "within"]

_TESTS_SAID = {"above": "above {}", "below": "below {}", "is": "{}", "is_not": "not {}", "within": "{}"}
_OPPOSITES = {"above": "at most {}", "below": "at least {}", "is": "not {}", "is_not": "{}", "within": "outside {}"}


class Unread:
    """Stands for a value that there is not."""

    def __init__(self, words: str, *, lacking: bool = False) -> None:
        """`lacking`: the car has no such signal, or nothing in it has ever told it; else it could not be read."""
        self.words = words
        self.lacking = lacking

    def __repr__(self) -> str:
        return self.words


Readings = dict[str, "SignalValue | Unread"]
"""Path -> what a signal held when it was read."""


@dataclass
class Evidence:
    """All that conditions can ask for one judgement. A signal is read once, however many rules ask for it."""

    vehicle: VehicleInterface
    around: Circumstances
    command: Command | None = None
    """None: a write is judged that no command stands behind."""
    written: SignalValue | None = None
    """What is to be written."""
    known: Readings = field(default_factory=dict)
    """What signals were found to hold."""

    def signal(self, path: str) -> SignalValue | Unread:
        """Return the signal's value, or why there is none. Raises nothing."""
        if path not in self.known:
            self.known[path] = self._ask(path)
        return self.known[path]

    def slots(self) -> Mapping[str, object]:
        """Return the slots of the command."""
        return self.command.slots if self.command is not None else {}

    def minute(self) -> int:
        """Return the minute of the day: the car's, else the computer's."""
        told = self.signal(LOCAL_TIME) if LOCAL_TIME in self.vehicle.signals() else None
        minute = minutes_of(told) if isinstance(told, str) else None
        return self.around.clock() if minute is None else minute

    def _ask(self, path: str) -> SignalValue | Unread:
        try:
            value = self.vehicle.read(path).value
        except UnknownSignalError:
            return Unread("not in this car", lacking=True)
        except VehicleError as error:
            logger.warning("policy cannot read %s: %s", path, error)
            return Unread("not told")
        return Unread("never told", lacking=True) if value is None else value


@dataclass(frozen=True)
class Condition:
    """One test of one thing."""

    subject: Subject
    name: str
    """The signal's path or the slot's name; empty for the others."""
    test: Test
    values: tuple[SignalValue, ...]
    """The bound, or the values of which any one counts; of `within`, the minutes of the day from and to."""
    optional: bool = False
    """A signal that the car does not have, or has never told, makes it not hold; otherwise it cannot be told."""
    where: str = field(default="", compare=False)
    """file:line."""

    def seen(self, evidence: Evidence) -> object:
        """Return what is there now; Unread for a signal that is not told, None for a slot that was not said."""
        if self.subject == "signal":
            return evidence.signal(self.name)
        if self.subject == "slot":
            return evidence.slots().get(self.name)
        if self.subject == "confidence":
            return evidence.command.confidence if evidence.command is not None else None
        if self.subject == "time":
            return evidence.minute()
        if self.subject == "value":
            return evidence.written
        around = evidence.around
        if self.subject == "driver":
            return around.driver
        return around.speaker if self.subject == "speaker" else around.strictness

    def holds(self, evidence: Evidence) -> bool | None:
        """Return whether it holds; None when that cannot be told. What was not said makes no condition hold."""
        seen = self.seen(evidence)
        if isinstance(seen, Unread):
            return False if seen.lacking and self.optional else None
        if seen is None:
            return False
        if isinstance(seen, frozenset):
            return any(value in seen for value in self.values) == (self.test == "is")
        if self.test == "within":
            start, end = self.values
            return isinstance(seen, int) and within(seen, int(start), int(end))
        if self.test in ("is", "is_not"):
            return any(_same(seen, wanted) for wanted in self.values) == (self.test == "is")
        bound = self.values[0]
        if isinstance(seen, bool) or not isinstance(seen, int | float) or isinstance(bound, bool | str):
            return None if self.subject == "signal" else False
        return seen > bound if self.test == "above" else seen < bound

    @property
    def thing(self) -> str:
        """What is tested, in words: a signal's path, "slot source", "who speaks"."""
        said = {
            "confidence": "the confidence",
            "speaker": "who speaks",
            "driver": "the driver",
            "strictness": "the strictness for the driver's sake",
            "time": "the time",
            "value": "the value to be written",
        }
        return self.name if self.subject == "signal" else said.get(self.subject, f"slot {self.name}")

    def say_value(self, value: object) -> str:
        """Return a value that `seen` gave, in words."""
        if self.subject == "time" and isinstance(value, int):
            return say_time(value)
        if isinstance(value, frozenset):
            return ", ".join(sorted(value)) or "nothing told"
        return "not said" if value is None else _said(value)

    def say_test(self, opposite: bool = False) -> str:
        """Return what it tests for, in words; `opposite`: what makes it not hold."""
        words = _OPPOSITES if opposite else _TESTS_SAID
        if self.test == "within":
            values = f"{say_time(int(self.values[0]))} to {say_time(int(self.values[1]))}"
        else:
            values = " or ".join(_said(value) for value in self.values)
        return words[self.test].format(values)


def _same(value: object, wanted: SignalValue) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return isinstance(value, int | float | str) and same_slot(value, wanted)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
