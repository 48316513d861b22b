"""How the driver is, as plugins that watch the driver tell it; policy grows stricter with it.

    executor.driver.report("cabin_drowsiness", "drowsy", strictness=2, for_s=60)
    executor.driver.clear("cabin_drowsiness")

A report holds for its time and is then forgotten, so that a plugin that died leaves nobody under its rules for ever.
The strictest report counts; rules ask for it: `{strictness: true, above: 0}` or `{driver: true, is: drowsy}`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cabin.errors import Problem, UsageError, nearest

__all__ = ["CONDITIONS", "MAX_STRICTNESS", "DriverReport", "DriverState"]

CONDITIONS = ("distracted", "drowsy", "asleep", "hands_off", "unwell", "impaired", "absent")
"""What can be told of a driver."""

MAX_STRICTNESS = 3
"""0: as always. 1: ask more. 2: nothing that takes eyes off the road. 3: only what helps to stop."""


@dataclass(frozen=True)
class DriverReport:
    """What one plugin last told of one condition."""

    source: str
    condition: str
    strictness: int
    until_s: float
    """On the state's clock; it counts until then."""


class DriverState:
    """The reports that hold now. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._lock = threading.Lock()
        self._reports: dict[tuple[str, str], DriverReport] = {}

    def report(self, source: str, condition: str, strictness: int = 1, *, for_s: float = 60.0) -> None:
        """Tell a condition; it replaces what the same source told of it before. Strictness 0 takes it back.

        Raises UsageError for a condition or a strictness that there is not.
        """
        if condition not in CONDITIONS:
            hint = nearest(condition, CONDITIONS)
            raise UsageError(Problem("no condition of a driver", source, repr(condition), ", ".join(CONDITIONS), hint))
        if not 0 <= strictness <= MAX_STRICTNESS:
            raise UsageError(Problem("no strictness", source, str(strictness), f"0 to {MAX_STRICTNESS}"))
        with self._lock:
            if strictness == 0 or for_s <= 0:
                self._reports.pop((source, condition), None)
                return
            report = DriverReport(source, condition, strictness, self._clock() + for_s)
            self._reports[source, condition] = report

    def clear(self, source: str) -> None:
        """Take back all that a source told."""
        with self._lock:
            for key in [key for key in self._reports if key[0] == source]:
                del self._reports[key]

    def reports(self) -> tuple[DriverReport, ...]:
        """Return what holds now, the strictest first."""
        now_s = self._clock()
        with self._lock:
            for key in [key for key, report in self._reports.items() if report.until_s <= now_s]:
                del self._reports[key]
            return tuple(sorted(self._reports.values(), key=lambda report: -report.strictness))

    def now(self) -> tuple[int, frozenset[str]]:
        """Return the strictness and the conditions that hold."""
        reports = self.reports()
        return max((each.strictness for each in reports), default=0), frozenset(each.condition for each in reports)
