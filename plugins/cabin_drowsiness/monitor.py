"""The monitor: signs of a tired driver, weighed, and what is said about them.

drowsy    PERCLOS over its upper bound, or the car says so, or two signs of three: policy gets strict, a rest is offered
asleep    eyes closed for `asleep_s` while driving: only what helps to stop is allowed, and the driver is woken at once

The three signs: PERCLOS over its lower bound, a wheel left alone and jerked back, lanes left.
A break is offered after `break_after_min` at the wheel, tired or not.
"""

from __future__ import annotations

from collections import deque

from cabin.catalog.schema import SignalSpec
from cabin.messages import Command, SignalValue
from cabin.monitoring.monitor import Answer, MonitorHost, Watch
from cabin.monitoring.notice import Notice
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_drowsiness.at_the_wheel import AtTheWheel
from cabin_drowsiness.perclos import Perclos
from cabin_drowsiness.settings import DrowsinessSettings
from cabin_drowsiness.steering import Steering

__all__ = ["ANGLE", "EYELIDS", "FATIGUE", "LANE", "SPEED", "WATCHES", "DrowsinessMonitor"]

EYELIDS, ANGLE = "Vehicle.Driver.EyelidClosure", "Vehicle.Chassis.SteeringWheel.Angle"
LANE, SPEED = "Vehicle.ADAS.LaneDepartureDetection.IsWarning", "Vehicle.Speed"
FATIGUE = "Vehicle.Driver.FatigueLevel"

WATCHES = (
    # VSS has no eyelids: an overlay that a camera's driver fills.
    Watch(SignalSpec(EYELIDS, "sensor", "float", "percent", 0, 100, is_standard=False, initial=0.0), most_hz=20),
    Watch(SignalSpec(ANGLE, "sensor", "int16", "degrees", initial=0), most_hz=10),
    Watch(SignalSpec(LANE, "sensor", "boolean", initial=False), most_hz=10),
    Watch(BASE_SIGNALS[SPEED], most_hz=2),
    Watch(BASE_SIGNALS[FATIGUE], most_hz=1),
)
_SIGN_S = 300.0
"""Lanes left and jerks count for so long."""
_REST = Command("poi.find", {"category": "rest area"})
_PAUSE_S, _RESTS_S = 180.0, 1800.0
"""From a question without an answer to the next, doubled each time up to the second, which holds after a yes."""
_HOLDS_S = 120.0
"""How long policy stays strict after the last sign: nobody is awake again in a second."""


class DrowsinessMonitor:
    """Watches one driver on one drive."""

    watches = WATCHES

    def __init__(self, settings: DrowsinessSettings | None = None) -> None:
        self.settings = settings or DrowsinessSettings()
        self._perclos, self._steering, self._wheel = Perclos(), Steering(_SIGN_S), AtTheWheel()
        self._departures: deque[float] = deque()
        self._is_driving = False
        self._breaks_offered = 0
        self._ask_from_s, self._pause_s = 0.0, _PAUSE_S

    def on_signal(self, path: str, value: SignalValue, host: MonitorHost) -> None:
        """Take a sign, and look at once when the eyes close or open."""
        now_s = host.now_s
        if path == EYELIDS:
            self._perclos.take(float(value), now_s)
        elif path == ANGLE and self._is_driving:
            self._steering.take(float(value), now_s)
        elif path == LANE and value is True and self._is_driving:
            self._departures.append(now_s)
        elif path == SPEED:
            self._drive(float(value) >= self.settings.from_km_h, now_s)

    def on_tick(self, host: MonitorHost) -> None:
        """Weigh the signs."""
        now_s = host.now_s
        self._perclos.advance(now_s)
        self._wheel.advance(now_s)
        while self._departures and self._departures[0] < now_s - _SIGN_S:
            self._departures.popleft()
        if not self._is_driving:
            return
        if self._perclos.closed_s >= self.settings.asleep_s:
            host.report("asleep", 3, _HOLDS_S)
            host.tell(Notice("drowsy", "Wake up! Please stop the car as soon as it is safe.", "alarm", valid_s=3))
        elif self._is_drowsy(host):
            host.report("drowsy", 2, _HOLDS_S)
            if now_s >= self._ask_from_s:
                host.tell(Notice("drowsy", "You seem tired. Shall I find a rest area?", "warning", (_REST,)))
        self._offer_break(host)

    def on_answer(self, key: str, answer: Answer, host: MonitorHost) -> None:
        """Ask less and less often. A driver who wants no rest area stays under the stricter policy: tired is tired."""
        if key == "drowsy":
            self._ask_from_s = host.now_s + (_RESTS_S if answer == "yes" else self._pause_s)
            self._pause_s = min(2 * self._pause_s, _RESTS_S)

    def signs(self, host: MonitorHost) -> int:
        """Return how many of the three signs are there: eyes, wheel, lane."""
        share = self._perclos.share
        return (
            (share is not None and share >= self.settings.perclos_watch)
            + (self._steering.count(host.now_s) >= self.settings.jerks)
            + (len(self._departures) >= self.settings.departures)
        )

    def _is_drowsy(self, host: MonitorHost) -> bool:
        share, fatigue = self._perclos.share, host.value(FATIGUE)
        if share is not None and share >= self.settings.perclos_drowsy:
            return True
        if isinstance(fatigue, int | float) and fatigue >= self.settings.fatigue_percent:
            return True
        return self.signs(host) >= 2

    def _drive(self, is_driving: bool, now_s: float) -> None:
        self._wheel.take(is_driving, now_s)
        if self._is_driving and not is_driving:
            self._steering.forget()
        self._is_driving = is_driving

    def _offer_break(self, host: MonitorHost) -> None:
        every_s = self.settings.break_after_min * 60
        due = int(self._wheel.driven_s // every_s)
        if due > self._breaks_offered:
            hours = self._wheel.driven_s / 3600
            said = "two hours" if round(hours, 1) == 2.0 else f"{hours:.1f} hours".replace(".0 ", " ")
            text = f"You have been driving for {said}. Shall I find a rest area?"
            host.tell(Notice("break", text, "advice", (_REST,), valid_s=300))
        self._breaks_offered = due
