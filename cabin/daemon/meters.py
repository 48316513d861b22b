"""Counts and times of the daemon, from any thread."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from cabin.control.status import Stage

__all__ = ["STAGES", "Meters"]

STAGES = ("listen", "recognize", "parse", "policy", "act", "to_signal", "speech_to_signal", "total")
"""What a turn's times are told of. to_signal: from the endpoint to the first signal written; speech_to_signal: from the
last sound of speech."""

LATEST_RUNS = 512
"""Quantiles are of so many runs."""


@dataclass
class _Meter:
    latest_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST_RUNS))
    runs: int = 0
    total_ms: float = 0.0
    at_s: float = 0.0
    overruns: int = 0


class Meters:
    """Remembers little however long it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._meters: dict[str, _Meter] = {}

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._counts[what] += number

    def measure(self, ms: Mapping[str, float]) -> None:
        """Take the times of a turn."""
        now_s = time.monotonic()
        with self._lock:
            for stage in STAGES:
                if stage in ms:
                    meter = self._meters.setdefault(stage, _Meter())
                    meter.latest_ms.append(ms[stage])
                    meter.runs += 1
                    meter.total_ms += ms[stage]
                    meter.at_s = now_s

    def overrun(self, stage: str) -> None:
        """Count a stage that took too long."""
        with self._lock:
            self._meters.setdefault(stage, _Meter()).overruns += 1

    @property
    def counts(self) -> dict[str, int]:
        """What was counted."""
        with self._lock:
            return dict(self._counts)

    def stages(self) -> tuple[Stage, ...]:
        """Return the times as `cabin status` tells them."""
        now_s = time.monotonic()
        with self._lock:
            return tuple(_stage(name, meter, now_s) for name, meter in self._meters.items())


def _stage(name: str, meter: _Meter, now_s: float) -> Stage:
    ordered = sorted(meter.latest_ms)
    if not ordered:
        return Stage(name, 0, 0.0, overruns=meter.overruns)
    high = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    middle = ordered[len(ordered) // 2]
    return Stage(name, meter.runs, meter.total_ms, middle, high, now_s - meter.at_s, meter.overruns)
