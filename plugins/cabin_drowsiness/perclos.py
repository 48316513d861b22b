"""How long the eyes were closed: PERCLOS, and closures too long for a blink.

PERCLOS (P80) is the share of time in which the eyelids cover 80 % of the pupil or more (Wierwille, Ellsworth, Wreggit,
Fairbanks and Kirn 1994, DOT HS 808 247; Dinges and Grace 1998, FHWA-MCRT-98-006, found it the best of the measures
compared against lapses of attention).
"""

from __future__ import annotations

from collections import deque

__all__ = ["CLOSED_PERCENT", "Perclos"]

CLOSED_PERCENT = 80.0
"""From this closure on an eye counts as closed."""


class Perclos:
    """Fed with eyelid closure; a value holds until the next one. Times are seconds and never go back."""

    def __init__(self, window_s: float = 60.0) -> None:
        """`window_s`: one minute, as in Dinges and Grace."""
        self.window_s = window_s
        self._closed: deque[tuple[float, float]] = deque()
        """(from, to) of each closure, the latest last; an open one ends at the latest time told."""
        self._is_closed = False
        self._begun_s: float | None = None
        self._now_s = 0.0

    def take(self, closure_percent: float, now_s: float) -> None:
        """Take a closure: 0 is open, 100 shut."""
        self.advance(now_s)
        was_closed, self._is_closed = self._is_closed, closure_percent >= CLOSED_PERCENT
        if self._is_closed and not was_closed:
            self._closed.append((now_s, now_s))

    def advance(self, now_s: float) -> None:
        """Let time pass."""
        if self._begun_s is None:
            self._begun_s = now_s
        self._now_s = now_s
        if self._is_closed:
            self._closed[-1] = (self._closed[-1][0], now_s)
        while self._closed and self._closed[0][1] < now_s - self.window_s:
            self._closed.popleft()

    @property
    def share(self) -> float | None:
        """PERCLOS, 0 to 1; None before half the window was seen."""
        if self._begun_s is None:
            return None
        seen_s = min(self._now_s - self._begun_s, self.window_s)
        if seen_s < self.window_s / 2:
            return None
        since_s = self._now_s - seen_s
        return sum(max(0.0, end - max(begin, since_s)) for begin, end in self._closed) / seen_s

    @property
    def closed_s(self) -> float:
        """How long the eyes have been closed now; 0 when they are open."""
        return self._closed[-1][1] - self._closed[-1][0] if self._is_closed else 0.0
