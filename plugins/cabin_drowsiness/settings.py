"""Section `plugins.drowsiness` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["DrowsinessSettings"]


@dataclass(frozen=True)
class DrowsinessSettings:
    """When a driver counts as tired."""

    perclos_watch: Annotated[float, Bounds(0, 1)] = 0.075
    """Share of a minute with closed eyes above which other signs are believed sooner (Wierwille et al. 1994)."""
    perclos_drowsy: Annotated[float, Bounds(0, 1)] = 0.15
    """Share above which the driver is drowsy whatever else is seen (the same)."""
    asleep_s: Annotated[float, Bounds(0.5, 10)] = 1.5
    """Eyes closed for so long are no blink: sleep. Euro NCAP's microsleep is 1 to 2 s, asleep from 3 s."""
    fatigue_percent: Annotated[float, Bounds(0, 100)] = 70.0
    """Vehicle.Driver.FatigueLevel, where the car tells it, from which the driver is drowsy."""
    jerks: Annotated[int, Bounds(1, 100)] = 3
    """Jerks of a wheel left alone within five minutes that are a sign."""
    departures: Annotated[int, Bounds(1, 100)] = 2
    """Lanes left within five minutes that are a sign."""
    break_after_min: Annotated[float, Bounds(10, 600)] = 120.0
    """Minutes at the wheel after which a break is offered; Highway Code rule 91 says two hours."""
    from_km_h: Annotated[float, Bounds(0, 100)] = 20.0
    """Slower than this nothing is judged: wheel and eyes are busy with other things in a car park."""
