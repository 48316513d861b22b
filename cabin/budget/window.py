"""The latest times of the stages and the share of late utterances, in a window of time and in bounded memory."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

__all__ = ["MOST_SAMPLES", "LateWindow", "TimeWindow", "percentile"]

MOST_SAMPLES = 512
"""A window holds no more than its latest so many."""


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the nearest-rank percentile: the smallest value that `percent` of all do not exceed.

    Raises ValueError when there is none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


class TimeWindow:
    """Times of one stage, each with when it was noted."""

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._samples: deque[tuple[float, float]] = deque(maxlen=MOST_SAMPLES)

    def add(self, now_s: float, ms: float) -> None:
        """Take a time."""
        self._samples.append((now_s, ms))

    def values(self, now_s: float) -> list[float]:
        """Return what is not too old, oldest first; forget the rest."""
        while self._samples and self._samples[0][0] < now_s - self._length_s:
            self._samples.popleft()
        return [ms for _, ms in self._samples]

    def clear(self) -> None:
        """Forget all."""
        self._samples.clear()


class LateWindow:
    """Utterances, late or not."""

    def __init__(self, length_s: float) -> None:
        self._all = TimeWindow(length_s)

    def add(self, now_s: float, is_late: bool) -> None:
        """Take an utterance that ended."""
        self._all.add(now_s, float(is_late))

    def share_percent(self, now_s: float, least: int) -> float | None:
        """Return how many of a hundred were late, or None when fewer than `least` are in the window."""
        values = self._all.values(now_s)
        return 100 * sum(values) / len(values) if len(values) >= max(1, least) else None

    def clear(self) -> None:
        """Forget all."""
        self._all.clear()
