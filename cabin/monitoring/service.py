"""Monitors on a thread of their own, beside the voice path. A monitor that hangs costs its own service and no more.

The car's thread only notes the latest value of a signal: five hundred changes a second wake nobody five hundred times.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cabin.messages import Signal
from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.monitor import Answer
from cabin.monitoring.pacer import Waiting
from cabin.monitoring.runner import Abandoned
from cabin.vehicle.interface import VehicleInterface

__all__ = ["HANGS_S", "MonitorService", "Voice"]

logger = logging.getLogger(__name__)

HANGS_S = 2.0
"""A call that takes longer hangs."""
_LEAST_PAUSE_S = 0.05
"""Between two rounds: monitors hear of changes twenty times a second at most."""


@dataclass(frozen=True)
class Voice:
    """How the service is heard. Both are called on its thread and must not block."""

    is_free: Callable[[], bool]
    """Whether something can be said now: nobody speaks, nothing is acted on, no question is open."""
    say: Callable[[Waiting], None]
    """Says it; what comes of a question is told with `MonitorService.answer`."""


class MonitorService:
    """Runs a board. Every method may be called from any thread."""

    def __init__(self, board: MonitorBoard, vehicle: VehicleInterface, voice: Voice) -> None:
        self.board = board
        self._vehicle, self._voice = vehicle, voice
        self._latest: dict[str, Signal] = {}
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[tuple[Waiting, Answer]] = queue.SimpleQueue()
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Tell the monitors what holds now, and watch from here on. Raises VehicleError."""
        known = self._vehicle.signals()
        paths = sorted(path for path in self.board.paths if path in known)
        for path in sorted(self.board.paths - known.keys()):
            logger.warning("monitors watch %s, which this car does not have", path)
        self._unsubscribe = self._vehicle.subscribe(paths, self._note)
        for path in paths:
            signal = self._vehicle.read(path)
            with self._lock:
                self._latest.setdefault(path, signal)  # a change that came meanwhile is newer
        self._begin()

    def answer(self, said: Waiting, answer: Answer) -> None:
        """Tell the monitor that asked what came of it."""
        self._answers.put((said, answer))

    def look_after(self) -> str:
        """Leave a monitor behind that hangs and go on without it; return its name, or nothing. Called now and then."""
        now_s = time.monotonic()
        for name, runner in self.board.runners.items():
            called_s = runner.called_s
            if called_s is not None and now_s - called_s > HANGS_S:
                logger.error("monitor %s does not come back; the others go on without it", name)
                self.board.leave_behind(name)
                self._begin()
                return name
        return ""

    def stop(self) -> None:
        """Have the thread end soon, without waiting for it."""
        self._is_closed.set()
        self._unsubscribe()

    def close(self) -> None:
        """End the thread; a monitor that hangs is left behind."""
        self.stop()
        if self._thread is not None:
            self._thread.join(HANGS_S)

    def _note(self, signal: Signal) -> None:
        with self._lock:
            self._latest[signal.path] = signal

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="monitors", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            pause_s = 0.0
            while not self._is_closed.wait(pause_s):
                pause_s = self._round()
        except Abandoned:
            logger.info("a monitor that had been left behind came back")

    def _round(self) -> float:
        """Do what is due; return how long to rest."""
        now_s = time.monotonic()
        with self._lock:
            latest, self._latest = self._latest, {}
        self.board.take(latest.values(), now_s)
        while not self._answers.empty():
            self.board.answer(*self._answers.get(), now_s)
        due_s = self.board.advance(now_s)
        if self.board.pacer.waiting and self._voice.is_free():
            waiting = self.board.next(now_s)
            if waiting is not None:
                self._voice.say(waiting)
        return max(_LEAST_PAUSE_S, min(due_s - time.monotonic(), 0.25))
