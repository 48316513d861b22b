"""Steering that was left alone and then jerked back: the mark of attention that lapses.

A drowsy driver makes fewer small corrections and more large ones: the wheel rests, the car drifts, and a fast, wide
correction follows (Forsman, Vila, Short, Mott and Van Dongen 2013, Accident Analysis and Prevention 50, 341-350:
variability of steering tells moderate drowsiness before lane departures do). The three bounds below are this plugin's.
"""

from __future__ import annotations

from collections import deque

__all__ = ["Steering"]

_REST_S = 2.5
"""The wheel rested that long before the correction."""
_REST_DEGREES = 1.0
"""Movements below this are rest."""
_JERK_DEGREES = 8.0
_JERK_S = 1.0
"""So many degrees within that time are a jerk."""


class Steering:
    """Counts jerks after rest. Times are seconds and never go back; angles degrees."""

    def __init__(self, window_s: float = 300.0) -> None:
        self.window_s = window_s
        self._jerks: deque[float] = deque()
        self._recent: deque[tuple[float, float]] = deque()
        self._rest_angle = 0.0
        self._rested_s: float | None = None
        """Since when the wheel has been within _REST_DEGREES of `_rest_angle`."""
        self._left_s: float | None = None
        """When it left its last long rest."""

    def take(self, angle: float, now_s: float) -> None:
        """Take the wheel's angle."""
        if self._rested_s is None:
            self._rest_angle, self._rested_s = angle, now_s
        elif abs(angle - self._rest_angle) > _REST_DEGREES:
            if now_s - self._rested_s >= _REST_S:
                self._left_s = now_s
            self._rest_angle, self._rested_s = angle, now_s
        self._recent.append((now_s, angle))
        while self._recent[0][0] < now_s - _JERK_S:
            self._recent.popleft()
        moved = max(each for _, each in self._recent) - min(each for _, each in self._recent)
        if moved >= _JERK_DEGREES and self._left_s is not None and now_s - self._left_s <= _JERK_S:
            self._jerks.append(now_s)
            self._left_s = None  # one correction is one, however long it swings

    def count(self, now_s: float) -> int:
        """Return how many jerks there were within the window."""
        while self._jerks and self._jerks[0] < now_s - self.window_s:
            self._jerks.popleft()
        return len(self._jerks)

    def forget(self) -> None:
        """Begin anew: the car stood, or turned off the road."""
        self._jerks.clear()
        self._recent.clear()
        self._rested_s = self._left_s = None
