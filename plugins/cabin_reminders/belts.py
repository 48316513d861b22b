"""Seat belts. First a word when the car sets off, then a warning, then an alarm until the belt is on.

Euro NCAP asks for a loud signal from 25 km/h at the latest, and lets the stage before
be gentle; a passenger who unbuckles while driving is told at once.
"""

from __future__ import annotations

from cabin.messages import SignalValue
from cabin.monitoring.monitor import Answer, MonitorHost, Watch
from cabin.monitoring.notice import LEVELS, Level, Notice
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_reminders.signals import SEATS, Seat

__all__ = ["BeltMonitor"]

_SPEED = "Vehicle.Speed"
_ROLLS_KM_H, _DRIVES_KM_H = 5.0, 25.0
_PATIENCE_S = 20.0
"""From setting off to the warning, below 25 km/h."""
_ALARM_S = 60.0
"""From the warning to the alarm."""


class BeltMonitor:
    """Watches who sits unbelted."""

    watches = (
        Watch(BASE_SIGNALS[_SPEED], most_hz=2),
        *(Watch(spec, most_hz=2) for seat in SEATS for spec in (seat.belted, seat.occupied)),
    )

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}
        """By seat: since when somebody sits there unbelted in a car that rolls."""
        self._warned_s: dict[str, float] = {}

    def on_signal(self, _path: str, _value: SignalValue, host: MonitorHost) -> None:
        """Look at once: a belt that was opened is told of at once."""
        self.on_tick(host)

    def on_tick(self, host: MonitorHost) -> None:
        """Tell of the worst stage that any seat has reached, all of its seats in one sentence."""
        speed = host.value(_SPEED)
        speed_km_h = float(speed) if speed is not None else 0.0
        open_seats = [seat for seat in SEATS if speed_km_h >= _ROLLS_KM_H and _is_open(seat, host)]
        for name in {seat.name for seat in SEATS} - {seat.name for seat in open_seats}:
            self._since_s.pop(name, None)
            self._warned_s.pop(name, None)
        by_level: dict[Level, list[str]] = {}
        for seat in open_seats:
            by_level.setdefault(self._level(seat.name, speed_km_h, host.now_s), []).append(seat.name)
        for level in reversed(LEVELS):
            if level in by_level:
                host.tell(Notice("belt", _text(by_level[level]), level, valid_s=10))
                return

    def on_answer(self, _key: str, _answer: Answer, _host: MonitorHost) -> None:
        """Nothing is asked."""

    def _level(self, name: str, speed_km_h: float, now_s: float) -> Level:
        since_s = self._since_s.setdefault(name, now_s)
        if speed_km_h < _DRIVES_KM_H and now_s - since_s < _PATIENCE_S:
            return "advice"
        warned_s = self._warned_s.setdefault(name, now_s)
        return "alarm" if now_s - warned_s >= _ALARM_S else "warning"


def _is_open(seat: Seat, host: MonitorHost) -> bool:
    return host.value(seat.occupied.path) == "OCCUPIED" and host.value(seat.belted.path) is False


def _text(names: list[str]) -> str:
    if names == ["driver"]:
        return "Please fasten your seat belt."
    places = [f"the {name}" if name != "driver" else "the driver" for name in names]
    said = places[0] if len(places) == 1 else f"{', '.join(places[:-1])} and {places[-1]}"
    return f"Seat belts, please: {said}."
