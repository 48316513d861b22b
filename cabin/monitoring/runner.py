"""One monitor at work: its signals at its rate, its time budget, its faults. Pure: time is an argument.

A monitor that raises or is late keeps its turn but loses its good name: at the third fault it is not asked any more.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cabin.messages import Signal, SignalValue
from cabin.monitoring.monitor import Answer, Monitor
from cabin.monitoring.notice import Notice

__all__ = ["BUDGET_MS", "MOST_FAULTS", "TICK_S", "Abandoned", "MonitorRunner", "Outlet"]

logger = logging.getLogger(__name__)

BUDGET_MS = 50.0
"""What one call may take, of processor time: a busy machine is nobody's fault."""
MOST_FAULTS = 3
TICK_S = 1.0


class Abandoned(Exception):  # noqa: N818  no error: it ends a thread that nobody waits for any more
    """A call came back after its monitor had been left behind."""


@dataclass(frozen=True)
class Outlet:
    """Where it goes what a monitor says."""

    tell: Callable[[str, Notice], None]
    """Takes the monitor's name and a notice."""
    report: Callable[[str, str, int, float], None]
    """Takes the monitor's name, condition, strictness and seconds (cabin.vehicle.driver_state)."""


@dataclass
class _Watched:
    gap_s: float
    value: SignalValue | None = None
    at_s: float = -math.inf
    """When the car told it."""
    passed_s: float = -math.inf
    """When the monitor was last told."""
    is_due: bool = False


class MonitorRunner:
    """A monitor and what it was told. Not thread-safe. It is the monitor's host."""

    def __init__(self, name: str, monitor: Monitor, outlet: Outlet) -> None:
        self.name, self.monitor = name, monitor
        self.calls = self.faults = self.skipped = 0
        """`skipped`: changes that the rate left out."""
        self.spent_ms = 0.0
        self.fault = ""
        """The last one."""
        self.called_s: float | None = None
        """Since when a call is running, on time.monotonic; None: none is."""
        self.is_abandoned = False
        """Whether a call hung and is not waited for any more. What it says after that is not heard."""
        self._outlet = outlet
        self._watched = {watch.path: _Watched(1.0 / watch.most_hz) for watch in monitor.watches}
        self._now_s = self._ticked_s = -math.inf

    @property
    def is_quarantined(self) -> bool:
        """Whether it failed too often to be asked again."""
        return self.faults >= MOST_FAULTS

    @property
    def paths(self) -> frozenset[str]:
        """The signals that it watches."""
        return frozenset(self._watched)

    # What the monitor may do (MonitorHost)

    @property
    def now_s(self) -> float:
        """The time of the present call."""
        return self._now_s

    def value(self, path: str) -> SignalValue | None:
        """Return the last value of a watched signal. Raises KeyError for one that is not watched."""
        return self._watched[path].value

    def age_s(self, path: str) -> float:
        """Return its age, seconds. Raises KeyError for a signal that is not watched."""
        at_s = self._watched[path].at_s
        return self._now_s - at_s if at_s > -math.inf else math.inf

    def tell(self, notice: Notice) -> None:
        """Hand a notice on."""
        if not self.is_abandoned:
            self._outlet.tell(self.name, notice)

    def report(self, condition: str, strictness: int, for_s: float) -> None:
        """Hand a condition of the driver on. Raises UsageError for one that there is not."""
        if not self.is_abandoned:
            self._outlet.report(self.name, condition, strictness, for_s)

    # What drives it

    def take(self, signal: Signal, now_s: float) -> None:
        """Take a change; the monitor is told now or, if it was told just before, when `advance` finds it due."""
        watched = self._watched.get(signal.path)
        if watched is None or signal.value is None:
            return
        self.skipped += watched.is_due
        watched.value, watched.at_s, watched.is_due = signal.value, now_s, True
        if now_s - watched.passed_s >= watched.gap_s:
            self._pass(signal.path, watched, now_s)

    def advance(self, now_s: float) -> float:
        """Tell what is due by now; return when to come again at the latest."""
        for path, watched in self._watched.items():
            if watched.is_due and now_s - watched.passed_s >= watched.gap_s:
                self._pass(path, watched, now_s)
        if now_s - self._ticked_s >= TICK_S:
            self._ticked_s = now_s
            self._call(now_s, self.monitor.on_tick, self)
        due = [watched.passed_s + watched.gap_s for watched in self._watched.values() if watched.is_due]
        return min([self._ticked_s + TICK_S, *due])

    def answer(self, key: str, answer: Answer, now_s: float) -> None:
        """Tell what came of a question."""
        self._call(now_s, self.monitor.on_answer, key, answer, self)

    def _pass(self, path: str, watched: _Watched, now_s: float) -> None:
        watched.passed_s, watched.is_due = now_s, False
        self._call(now_s, self.monitor.on_signal, path, watched.value, self)

    def _call(self, now_s: float, function: Callable[..., None], *arguments: object) -> None:
        if self.is_quarantined:
            return
        self._now_s = now_s
        self.calls += 1
        begun = time.thread_time()
        self.called_s = time.monotonic()
        try:
            function(*arguments)
        except Exception as error:
            logger.exception("monitor %s failed", self.name)
            self.note_fault(f"{type(error).__name__}: {error}")
        self.called_s = None
        if self.is_abandoned:
            raise Abandoned(self.name)
        took_ms = 1000 * (time.thread_time() - begun)
        self.spent_ms += took_ms
        if took_ms > BUDGET_MS:
            self.note_fault(f"{function.__name__} took {took_ms:.0f} ms of processor time, {BUDGET_MS:.0f} allowed")

    def note_fault(self, what: str) -> None:
        """Count a fault; the third one ends its service."""
        self.faults += 1
        self.fault = what
        if self.is_quarantined:
            logger.error("monitor %s is not asked any more after %d faults: %s", self.name, self.faults, what)
