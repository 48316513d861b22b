"""Speed, gear and way: a drive that is followed, or the speed that somebody set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cabin.catalog.schema import SignalSpec
from cabin_simcar.world import World

if TYPE_CHECKING:
    from cabin_simcar.drive import Drive

__all__ = ["Driving"]

SPEED, GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"
BRAKE, MOVING = "Vehicle.Chassis.ParkingBrake.IsEngaged", "Vehicle.IsMoving"
WAY, FORCE = "Vehicle.TraveledDistance", "Vehicle.Acceleration.Longitudinal"
PARK, FORWARD, REVERSE = 126, 127, -1
STANDS_KM_H = 0.1
SWAY_TAU_S = 8.0
"""How long a driver stays above or below the speed that the drive asks for (assumed)."""
PARKED_AFTER_S = 2.0


class Driving:
    """Follows a drive from its begin; without one the speed stays as it is set."""

    name = "driving"

    def __init__(self, drive: Drive | None = None, variation: float = 0.0) -> None:
        """`variation`: by how much of the speed a driver strays, as a share; the seed decides how."""
        self.drive, self.variation = drive, variation
        self._sway = 0.0
        self._at = 0.0
        self._before_km_h: float | None = None
        self._stood_s = 0.0

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return what moves with the car."""
        specs = (
            SignalSpec(MOVING, "sensor", "boolean", initial=False),
            SignalSpec(WAY, "sensor", "uint32", "m", 0, initial=0),
            SignalSpec(FORCE, "sensor", "float", "m/s^2", initial=0.0),
        )
        return {spec.path: spec for spec in specs}

    @property
    def is_over(self) -> bool:
        """Whether the drive has come to its end, or there is none."""
        return self.drive is None or self._at >= self.drive.duration_s

    def step(self, world: World, dt_s: float) -> None:
        """Go on."""
        if self.drive is not None:
            self._follow(world, self.drive, dt_s)
        speed = world.number(SPEED)
        before = speed if self._before_km_h is None else self._before_km_h
        self._before_km_h = speed
        world.set(MOVING, abs(speed) > STANDS_KM_H)
        world.set(WAY, world.number(WAY) + (abs(speed) + abs(before)) / 2 / 3.6 * dt_s)
        world.set(FORCE, (speed - before) / 3.6 / dt_s)

    def _follow(self, world: World, drive: Drive, dt_s: float) -> None:
        begun_s = world.time_s - dt_s
        for event in drive.events:
            if begun_s <= event.at_s < world.time_s:
                for path, value in event.set.items():
                    world.set(path, value)
        self._at = min(drive.duration_s, world.time_s)
        if world.time_s > drive.duration_s:
            self._park(world, dt_s)
            return
        asked = drive.speed_at(world.time_s)
        if self.variation:
            pull = min(1.0, dt_s / SWAY_TAU_S)
            self._sway += -pull * self._sway + math.sqrt(2 * pull) * world.chance.gauss(0, self.variation)
        speed = asked * (1 + max(-0.3, min(0.3, self._sway)))
        world.set(SPEED, speed)
        if abs(asked) > STANDS_KM_H:
            world.set(BRAKE, False)
            world.set(GEAR, FORWARD if asked > 0 else REVERSE)
        elif begun_s <= 0:
            world.set(GEAR, PARK if drive.begins_parked else FORWARD)
            world.set(BRAKE, drive.begins_parked)

    def _park(self, world: World, dt_s: float) -> None:
        world.set(SPEED, 0.0)
        self._stood_s += dt_s
        if self._stood_s > PARKED_AFTER_S:
            world.set(GEAR, PARK)
            world.set(BRAKE, True)
