"""What a verdict depends on beside the command and the car: who speaks, how the driver is, what time it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["SPEAKERS", "UNKNOWN_SPEAKER", "Circumstances", "computer_clock", "minutes_of", "say_time", "within"]

SPEAKERS = ("driver", "passenger", "rear_left", "rear_right")
"""Who can be told apart, by the seat that the sound came from."""

UNKNOWN_SPEAKER = "unknown"
"""One microphone for the whole cabin cannot tell who speaks."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z")


def computer_clock() -> int:
    """Return the minute of the day on this computer's local clock."""
    now = datetime.now().astimezone()
    return now.hour * 60 + now.minute


@dataclass(frozen=True)
class Circumstances:
    """Of one command."""

    speaker: str = UNKNOWN_SPEAKER
    """One of SPEAKERS, or UNKNOWN_SPEAKER."""
    strictness: int = 0
    """How strict to be for the driver's sake: 0 to 3 (cabin.vehicle.driver_state)."""
    driver: frozenset[str] = frozenset()
    """What is told of the driver: drowsy, distracted, ..."""
    damaged: bool = False
    """Samples of the utterance were lost."""
    clock: Callable[[], int] = computer_clock
    """Gives the minute of the day, for cars that do not tell the time themselves."""


def minutes_of(text: str) -> int | None:
    """Return the minute of the day of "22:30", or None for what is no time."""
    match = _TIME.match(text)
    return int(match[1]) * 60 + int(match[2]) if match else None


def say_time(minute: int) -> str:
    """Return "22:30" for 1350."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def within(minute: int, start: int, end: int) -> bool:
    """Whether a minute of the day lies from `start` up to, not including, `end`; 22:00 to 06:00 goes past midnight."""
    return start <= minute < end if start <= end else minute >= start or minute < end
