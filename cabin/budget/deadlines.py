"""What is left of each stage's time and of an utterance's, and what is too late to be done.

The time of an utterance counts from its end, so waiting for its turn counts too. What is late is dropped, never queued:
whoever takes an utterance up asks `is_late` first, and once more before the first signal is written.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from cabin.budget.settings import DeadlineSettings

__all__ = ["LATE_SENTENCE", "Clock", "Deadlines", "Late", "UtteranceDeadline"]

LATE_SENTENCE = "That took too long, so I left it. Please say it again."
"""What the driver is told; cabin.executor says the same."""

Clock = Callable[[], float]
"""Seconds that only grow, as time.perf_counter."""


class HasDeadlines(Protocol):
    """cabin.config.Budgets."""

    @property
    def deadlines(self) -> DeadlineSettings:
        """The section `deadlines`."""
        ...


@dataclass(frozen=True)
class Late:
    """Why an utterance is dropped."""

    stage: str
    """The stage that it was in, or that comes next; empty: none was begun."""
    after_ms: float
    """Since the utterance ended."""
    limit_ms: float
    sentence: str = LATE_SENTENCE
    """For the driver."""

    def __str__(self) -> str:
        where = f" in {self.stage}" if self.stage else ""
        return f"late{where}: {self.after_ms:.0f} ms after the utterance, {self.limit_ms:.0f} ms are allowed"


class UtteranceDeadline:
    """The time of one utterance. Not thread-safe: it goes along with the utterance."""

    def __init__(self, settings: DeadlineSettings, ended_s: float, clock: Clock) -> None:
        """`ended_s`: when the utterance ended, on the clock."""
        self.ended_s = ended_s
        self.overruns: dict[str, float] = {}
        """Stage -> milliseconds past its deadline, for those that ran past it."""
        self.ms: dict[str, float] = {}
        """Stage -> milliseconds it took, all its runs together."""
        self._settings, self._clock = settings, clock
        self._stage, self._begun_s = "", ended_s

    @property
    def limit_ms(self) -> float:
        """What the whole utterance may take."""
        return self._settings.utterance_ms

    def age_ms(self) -> float:
        """Return the milliseconds since the utterance ended; never less than 0, whatever the clock does."""
        return max(0.0, (self._clock() - self.ended_s) * 1000)

    def left_ms(self, stage: str = "total") -> float:
        """Return what is left for a stage, at least 0: of its own deadline, and never more than of the utterance's.

        A stage that is not under way has all of its own.
        """
        left = self.limit_ms - self.age_ms()
        own = self._settings.of(stage) if stage != "total" else None
        if own is not None:
            used_ms = (self._clock() - self._begun_s) * 1000 if stage == self._stage else 0.0
            left = min(left, own - max(0.0, used_ms))
        return max(0.0, left)

    def is_late(self) -> bool:
        """Whether the utterance is to be dropped."""
        return self.age_ms() >= self.limit_ms

    def late(self) -> Late | None:
        """Return why the utterance is to be dropped, or None while it is in time."""
        age_ms = self.age_ms()
        return Late(self._stage, age_ms, self.limit_ms) if age_ms >= self.limit_ms else None

    @contextmanager
    def stage(self, name: str) -> Iterator[float]:
        """Run a stage: gives what is left for it in milliseconds; notes its time, and by how much it ran over."""
        outer = self._stage, self._begun_s
        self._stage, self._begun_s = name, self._clock()
        try:
            yield self.left_ms(name)
        finally:
            took_ms = max(0.0, (self._clock() - self._begun_s) * 1000)
            self._stage, self._begun_s = outer
            self.ms[name] = total_ms = self.ms.get(name, 0.0) + took_ms
            over_ms = total_ms - (self._settings.of(name) or math.inf)
            if over_ms > 0:
                self.overruns[name] = over_ms


class Deadlines:
    """Makes the deadline of each utterance."""

    def __init__(self, budgets: HasDeadlines, clock: Clock = time.perf_counter) -> None:
        self.settings = budgets.deadlines
        self._clock = clock

    def begin(self, now_s: float | None = None) -> UtteranceDeadline:
        """Return the deadline of an utterance that ended at `now_s` of the clock; None: just now."""
        return UtteranceDeadline(self.settings, self._clock() if now_s is None else now_s, self._clock)
