"""Actuators on their way: how fast, and what stops them: a jammed motor, or something in between.

A window or roof panel that closes on something goes back, as UNECE Regulation No. 21 (paragraph 5.8.3) and FMVSS 118
ask of panels that close by themselves: there the panel must open again by at least 200 mm or to where it began. Here it
goes back by REVERSE_PERCENT of its way. Seats and all else that moves just stop.
"""

from __future__ import annotations

from dataclasses import dataclass

from cabin.messages import SignalValue

__all__ = ["REVERSE_PERCENT", "Motion", "meets", "reverses"]

REVERSE_PERCENT = 45.0
"""200 mm of a window that travels about 450 mm (assumed)."""

_PANELS = ("Window.Position", "Sunroof.TargetPosition", "Sunroof.Position")


@dataclass(frozen=True)
class Motion:
    """An actuator on its way."""

    start: SignalValue
    start_ms: float
    target: SignalValue
    rate_per_s: float | None
    """None: the target is there as soon as the motion starts."""
    stops_at: float | None = None
    """Where something is in the way; None: nothing is."""
    goes_back_to: float | None = None
    """What it then moves to; None: it stays."""

    def at(self, now_ms: float) -> tuple[SignalValue, bool]:
        """Return where it is, and whether it has come to its end."""
        if now_ms < self.start_ms:
            return self.start, False
        if self.rate_per_s is None:
            return self.target, True
        if self.stops_at is None:
            return self._toward(
                float(self.start), float(self.target), self.rate_per_s * (now_ms - self.start_ms) / 1000
            )
        start, stop = float(self.start), self.stops_at
        way = self.rate_per_s * (now_ms - self.start_ms) / 1000
        to_stop = abs(stop - start)
        if way < to_stop:
            return self._toward(start, stop, way)[0], False
        if self.goes_back_to is None:
            return stop, True
        return self._toward(stop, self.goes_back_to, way - to_stop)

    @staticmethod
    def _toward(start: float, target: float, way: float) -> tuple[SignalValue, bool]:
        if way >= abs(target - start) - 1e-9:
            return target, True
        return start + (way if target > start else -way), False


def meets(start: float, target: float, at: float) -> bool:
    """Whether something at `at` is on the way from `start` to `target`."""
    return min(start, target) <= at <= max(start, target) and at != start


def reverses(path: str, start: float, target: float, at: float) -> float | None:
    """Return what a panel that closes on something moves back to; None for what just stops."""
    if target < start and path.endswith(_PANELS):
        return min(100.0, at + REVERSE_PERCENT)
    return None
