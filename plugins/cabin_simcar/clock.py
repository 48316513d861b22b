"""The simulated car's own time: advanced by hand, or the computer's."""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "RealClock", "VirtualClock"]


class Clock(Protocol):
    """Tells the car's time."""

    is_virtual: bool

    def now_ms(self) -> float:
        """Return milliseconds since the car was made."""
        ...


class VirtualClock:
    """Stands still until told to move on: no test sleeps, and every run gives the same times."""

    is_virtual = True

    def __init__(self) -> None:
        self._now_ms = 0.0

    def now_ms(self) -> float:
        """Return the time reached."""
        return self._now_ms

    def advance(self, ms: float) -> None:
        """Move on by `ms`, which is not negative."""
        self._now_ms += max(0.0, ms)


class RealClock:
    """The computer's monotonic clock, for the daemon."""

    is_virtual = False

    def __init__(self) -> None:
        self._start_s = time.monotonic()

    def now_ms(self) -> float:
        """Return milliseconds since the car was made."""
        return (time.monotonic() - self._start_s) * 1000
