"""Doors and lids that are open when the car sets off."""

from __future__ import annotations

from cabin.messages import SignalValue
from cabin.monitoring.monitor import Answer, MonitorHost, Watch
from cabin.monitoring.notice import Notice
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_reminders.signals import LIDS

__all__ = ["DoorMonitor"]

_SPEED, _GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"
_ROLLS_KM_H = 3.0
_DRIVE, _REVERSE = 127, -1
"""SelectedGear of VSS."""


class DoorMonitor:
    """Watches what is open."""

    watches = (
        Watch(BASE_SIGNALS[_SPEED], most_hz=2),
        Watch(BASE_SIGNALS[_GEAR], most_hz=5),
        *(Watch(spec, most_hz=5) for spec in LIDS.values()),
    )

    def on_signal(self, _path: str, _value: SignalValue, host: MonitorHost) -> None:
        """Look at once."""
        self.on_tick(host)

    def on_tick(self, host: MonitorHost) -> None:
        """A warning when the car is about to set off, an alarm when it rolls."""
        open_lids = [name for name, spec in LIDS.items() if host.value(spec.path) not in (None, False, 0)]
        if not open_lids:
            return
        speed = host.value(_SPEED)
        is_rolling = speed is not None and float(speed) >= _ROLLS_KM_H
        if not is_rolling and host.value(_GEAR) not in (_DRIVE, _REVERSE):
            return
        names = open_lids[0] if len(open_lids) == 1 else f"{', '.join(open_lids[:-1])} and the {open_lids[-1]}"
        verb = "is" if len(open_lids) == 1 else "are"
        stop = " Please stop." if is_rolling else ""
        host.tell(Notice("open", f"The {names} {verb} open.{stop}", "alarm" if is_rolling else "warning", valid_s=5))

    def on_answer(self, _key: str, _answer: Answer, _host: MonitorHost) -> None:
        """Nothing is asked."""
