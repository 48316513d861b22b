"""When a notice is said: not twice in a row, not after a "no", worse things first, and alarms always.

offered -> said before, and not long enough ago?  -> dropped, unless it is worse than before
        -> the driver said no to this matter?     -> dropped, unless it is worse than what was declined
        -> quiet hours?                           -> dropped below a warning
        -> the car is free to speak?              -> the worst one waiting, then the oldest
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cabin.monitoring.notice import LEVELS, Level, Notice
from cabin.monitoring.settings import MonitoringConfig

__all__ = ["Pacer", "Waiting"]


@dataclass(frozen=True)
class Waiting:
    """A notice on its way."""

    source: str
    """The monitor's name."""
    notice: Notice
    at_s: float
    """When it was handed over."""


@dataclass(frozen=True)
class _Told:
    rank: int
    at_s: float


class Pacer:
    """Decides what is said next. Times are seconds on one clock that never goes back. Not thread-safe."""

    def __init__(self, settings: MonitoringConfig | None = None, is_quiet: Callable[[], bool] = lambda: False) -> None:
        """`is_quiet`: whether quiet hours hold, in which nothing below a warning is said."""
        self.settings = settings or MonitoringConfig()
        self.dropped = 0
        """Notices that were never said."""
        self._is_quiet = is_quiet
        self._waiting: list[Waiting] = []
        self._told: dict[tuple[str, str], _Told] = {}
        self._declined: dict[tuple[str, str], _Told] = {}
        self._last: _Told | None = None

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """What is on its way, the next one first."""
        return tuple(sorted(self._waiting, key=lambda each: (-each.notice.rank, each.at_s)))

    def offer(self, source: str, notice: Notice, now_s: float) -> bool:
        """Take a notice; return whether it may still be said. It replaces a waiting one of the same matter."""
        if not self._is_news(source, notice, now_s):
            self.dropped += 1
            return False
        before = len(self._waiting)
        self._waiting = [e for e in self._waiting if (e.source, e.notice.key) != (source, notice.key)]
        self.dropped += before - len(self._waiting)
        self._waiting.append(Waiting(source, notice, now_s))
        while len(self._waiting) > self.settings.most_waiting:
            self._waiting.remove(self.waiting[-1])
            self.dropped += 1
        return True

    def next(self, now_s: float) -> Waiting | None:
        """Return what is to be said now, and count it as said; None when nothing is, or it is too early."""
        fresh = [each for each in self._waiting if now_s - each.at_s <= each.notice.valid_s]
        self.dropped += len(self._waiting) - len(fresh)
        self._waiting = fresh
        if not fresh:
            return None
        first = self.waiting[0]
        last = self._last
        if last is not None and now_s - last.at_s < self.settings.gap_s and first.notice.rank <= last.rank:
            return None
        self._waiting.remove(first)
        self._last = self._told[first.source, first.notice.key] = _Told(first.notice.rank, now_s)
        return first

    def decline(self, source: str, notice: Notice, now_s: float) -> None:
        """Note that the driver said no: the matter rests unless it gets worse."""
        self._declined[source, notice.key] = _Told(notice.rank, now_s)

    def settle(self, source: str, key: str) -> None:
        """Take back what waits of a matter: it is over."""
        self._waiting = [each for each in self._waiting if (each.source, each.notice.key) != (source, key)]

    def _is_news(self, source: str, notice: Notice, now_s: float) -> bool:
        matter = (source, notice.key)
        told, declined = self._told.get(matter), self._declined.get(matter)
        again_s = self.settings.again_s(notice.level)
        if told is not None and notice.rank <= told.rank and now_s - told.at_s < again_s:
            return False
        is_rested = declined is not None and now_s - declined.at_s < self.settings.declined_s
        if is_rested and declined is not None and notice.rank <= declined.rank and notice.level != "alarm":
            return False
        return not (self._is_quiet() and notice.rank < _rank("warning"))


def _rank(level: Level) -> int:
    return LEVELS.index(level)
