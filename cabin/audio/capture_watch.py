"""Does sound come, and as much as was said? Looks at the counters of the ring, with the parent's clock.

Time counts only as far as the parent itself was there to look: a parent that was held up for seconds finds nobody else
guilty of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cabin.audio.ring import Counters

__all__ = ["TICK_S", "Finding", "Watch"]

TICK_S = 0.25
"""How often to look."""

_MOST_ELAPSED_S = 2 * TICK_S
_FLOOD_WINDOW_S, _FLOOD_RATIO = 1.0, 2.5
_RATE_WINDOW_S, _RATE_OFF, _RATE_NEAR = 10.0, 0.04, 0.02
_COMMON_RATES_HZ = (8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong."""

    kind: Literal["no_sound", "hung", "flood", "other_rate"]
    """no_sound: the process lives, its device delivers nothing; hung: the process itself stands still;
    flood: far more sound than time passed; other_rate: the device runs at another rate than it said."""
    seen: float
    """Seconds without sound; for flood and other_rate samples a second."""


class Watch:
    """Watches one open source. `tick` is to be called about every TICK_S."""

    def __init__(self, lost_s: float, rate_hz: int, live: bool, now_s: float) -> None:
        self.rate_hz = rate_hz
        self._lost_s, self._live = lost_s, live
        self._at_s = now_s
        self._idle_s = self._stuck_s = 0.0
        self._last: Counters | None = None
        self._flood_from: tuple[float, int] | None = None
        self._rate_from: tuple[float, Counters] | None = None
        self._suspect_hz = 0

    def tick(self, now_s: float, counters: Counters) -> Finding | None:
        """Look once; return what is wrong, or None."""
        elapsed = now_s - self._at_s
        counted = min(elapsed, _MOST_ELAPSED_S)
        last, self._last, self._at_s = self._last, counters, now_s
        self._idle_s = self._idle_s + counted if last is None or last.blocks == counters.blocks else 0.0
        self._stuck_s = self._stuck_s + counted if last is None or last.beats == counters.beats else 0.0
        if self._idle_s >= self._lost_s:
            # The beat is as slow as the tick, so the last one may be one older than the sound.
            hung = self._stuck_s >= self._lost_s - TICK_S
            return Finding("hung" if hung else "no_sound", self._idle_s)
        if not self._live:
            return None
        if elapsed > _MOST_ELAPSED_S:
            self._flood_from = self._rate_from = None
        return self._flood(now_s, counters) or self._rate(now_s, counters)

    def _flood(self, now_s: float, counters: Counters) -> Finding | None:
        if self._flood_from is None:
            self._flood_from = (now_s, counters.frames)
            return None
        elapsed, frames = now_s - self._flood_from[0], counters.frames - self._flood_from[1]
        if elapsed < _FLOOD_WINDOW_S:
            return None
        self._flood_from = (now_s, counters.frames)
        return Finding("flood", frames / elapsed) if frames > _FLOOD_RATIO * elapsed * self.rate_hz else None

    def _rate(self, now_s: float, counters: Counters) -> Finding | None:
        """Find a rate that two windows in a row agree on; windows in which sound was lost prove nothing."""
        if self._rate_from is None or counters.overflows != self._rate_from[1].overflows:
            self._rate_from = (now_s, counters)
            return None
        elapsed, frames = now_s - self._rate_from[0], counters.frames - self._rate_from[1].frames
        if elapsed < _RATE_WINDOW_S:
            return None
        self._rate_from = (now_s, counters)
        measured = frames / elapsed
        nearest = min(_COMMON_RATES_HZ, key=lambda rate: abs(rate - measured))
        near = abs(measured / nearest - 1.0) <= _RATE_NEAR and abs(measured / self.rate_hz - 1.0) > _RATE_OFF
        before, self._suspect_hz = self._suspect_hz, nearest if near else 0
        if not self._suspect_hz or before != self._suspect_hz:
            return None
        self.rate_hz, self._suspect_hz = nearest, 0
        return Finding("other_rate", nearest)
