"""Rain, daylight and the time of day."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cabin.catalog.schema import SignalSpec
from cabin.vehicle.circumstances import minutes_of, say_time
from cabin_simcar.world import World

__all__ = ["Weather", "sun_height"]

LOCAL_TIME = "Vehicle.CurrentLocation.LocalTime"
LIGHT = "Vehicle.Exterior.LightIntensity"
RAIN_MM_H = "Vehicle.Exterior.PrecipitationIntensity"
RAIN_PERCENT = "Vehicle.Body.Raindetection.Intensity"
OUTSIDE = "Vehicle.Exterior.AirTemperature"
DAY_NIGHT, DAY_NIGHT_AUTO = (
    "Vehicle.Cabin.Infotainment.HMI.DayNightMode",
    "Vehicle.Cabin.Infotainment.HMI.IsDayNightAuto",
)

HEAVY_RAIN_MM_H = 10.0
"""Heavy rain begins there (UK Met Office fact sheet 3: slight below 2, moderate to 10, heavy above, in mm/h)."""
DARK_PERCENT = 10.0
TILT_DEG = 23.45
"""Declination of the sun at the solstices (Cooper 1969: 23.45 sin(360 (284 + n) / 365))."""
CLOUD_SHADE = 0.75
"""Share of the light that a closed cloud cover keeps off: the global radiation of n octas is 1 - 0.75 (n/8)^3.4 of a
clear sky's (Kasten and Czeplak 1980)."""


def sun_height(latitude_deg: float, day: int, minute: float) -> float:
    """Return the sine of the sun's height; below 0 it is night. `day` counts from 1 January, `minute` is solar time."""
    latitude = math.radians(latitude_deg)
    declination = math.radians(TILT_DEG) * math.sin(math.radians(360 * (284 + day) / 365))
    hour_angle = math.radians((minute - 720) / 4)  # 15 degrees an hour, 0 at noon
    return math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour_angle
    )


class Weather:
    """Time goes on, and with it the light; rain is what the drive says, in gusts."""

    name = "weather"

    def __init__(
        self, *, latitude_deg: float = 50.0, day: int = 172, clouds: float = 0.2, rain_mm_h: float = 0.0
    ) -> None:
        """`clouds` from 0, clear, to 1, closed."""
        self.latitude_deg, self.day, self.clouds, self.rain_mm_h = latitude_deg, day, clouds, rain_mm_h
        self.sun = 0.0
        """Sine of the sun's height less what clouds keep off, 0 to 1: what the cabin is heated by."""
        self._begun_minute: float | None = None
        self._told = ""
        self._gust = 1.0

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return what it tells."""
        specs = (
            SignalSpec(RAIN_MM_H, "sensor", "float", "mm/h", 0, initial=0.0),
            SignalSpec(RAIN_PERCENT, "sensor", "uint8", "percent", 0, 100, initial=0),
        )
        return {spec.path: spec for spec in specs}

    def step(self, world: World, dt_s: float) -> None:
        """Go on."""
        minute = self._minute(world, dt_s)
        height = max(0.0, sun_height(self.latitude_deg, self.day, minute))
        self.sun = height * (1 - CLOUD_SHADE * self.clouds**3.4)
        light = 100 * self.sun
        world.set(LIGHT, light)
        if world.is_on(DAY_NIGHT_AUTO):
            world.set(DAY_NIGHT, "NIGHT" if light < DARK_PERCENT else "DAY")
        pull = min(1.0, dt_s / 30)  # gusts last about half a minute
        self._gust += pull * (1 - self._gust) + 0.2 * math.sqrt(pull) * world.chance.gauss(0, 1)
        rain = self.rain_mm_h * min(2.0, max(0.0, self._gust))
        world.set(RAIN_MM_H, rain)
        world.set(RAIN_PERCENT, min(100.0, 100 * rain / (2 * HEAVY_RAIN_MM_H)))

    def _minute(self, world: World, dt_s: float) -> float:
        """Return the minute of the day; what somebody set goes on from there."""
        told = str(world.get(LOCAL_TIME, "12:00"))
        if self._begun_minute is None or told != self._told:
            self._begun_minute = float(minutes_of(told) or 0)
        self._begun_minute = (self._begun_minute + dt_s / 60) % (24 * 60)
        self._told = say_time(int(self._begun_minute))
        world.set(LOCAL_TIME, self._told)
        return self._begun_minute
