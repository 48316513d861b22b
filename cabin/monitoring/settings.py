"""Section `monitoring` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["MonitoringConfig"]


@dataclass(frozen=True)
class MonitoringConfig:
    """Monitors, and how often the driver is spoken to unasked."""

    enabled: bool = True
    """Whether the daemon runs the monitors that plugins registered."""
    leave_out: tuple[str, ...] = ()
    """Names of monitors that are not run."""
    hint_s: Annotated[float, Bounds(0)] = 1800.0
    """How long the same matter is not spoken of again at the level of a hint."""
    advice_s: Annotated[float, Bounds(0)] = 900.0
    """The same for advice."""
    warning_s: Annotated[float, Bounds(0)] = 60.0
    """The same for warnings."""
    alarm_s: Annotated[float, Bounds(0)] = 10.0
    """The same for alarms."""
    declined_s: Annotated[float, Bounds(0)] = 1800.0
    """How long a matter stays quiet that the driver said no to; what gets worse is told all the same."""
    gap_s: Annotated[float, Bounds(0)] = 8.0
    """Between two notices; one of a higher level does not wait."""
    most_waiting: Annotated[int, Bounds(1, 1000)] = 8
    """Notices that may wait to be said; more are dropped, the least important first."""

    def again_s(self, level: str) -> float:
        """Return how long the same matter rests at a level."""
        return {"hint": self.hint_s, "advice": self.advice_s, "warning": self.warning_s}.get(level, self.alarm_s)
