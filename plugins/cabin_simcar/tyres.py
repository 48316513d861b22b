"""Tyres: warmer and harder the faster they roll, softer where they leak."""

from __future__ import annotations

from collections.abc import Mapping

from cabin.catalog.schema import SignalSpec
from cabin_simcar.world import World

__all__ = ["Tyres"]

WHEELS = ("Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right")
COLD_KPA = 230.0
"""Gauge pressure at 20 degrees; a usual placard value."""
COLD_C = 20.0
AIR_KPA = 101.325
"""Standard atmosphere (ISO 2533)."""
ZERO_C_IN_K = 273.15
LOW_SHARE = 0.8
"""A system must warn at the latest 20 % below the operating pressure (UNECE Regulation No. 141, paragraph 5.2)."""
WARMTH_K_PER_KM_H = 0.2
"""Warmer than the air when rolling for long: 24 K at 120 km/h (assumed; tens of kelvin are measured)."""
TAU_S = 600.0
"""How fast they warm (assumed: warm after about half an hour)."""


class Tyres:
    """Four of them. The amount of air stays but for leaks; pressure follows temperature (Gay-Lussac's law)."""

    name = "tyres"

    def __init__(self, leaks_kpa_per_min: Mapping[str, float] | None = None) -> None:
        """`leaks_kpa_per_min`: wheel ("Row1.Wheel.Left") -> what it loses at 20 degrees."""
        self._leaks = dict(leaks_kpa_per_min or {})
        self._cold_kpa = dict.fromkeys(WHEELS, COLD_KPA)
        self._told: dict[str, float] = {}
        self._temperature_c: dict[str, float] = {}

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return temperature and pressure of each."""
        specs = {}
        for wheel in WHEELS:
            tyre = f"Vehicle.Chassis.Axle.{wheel}.Tire"
            for spec in (
                SignalSpec(f"{tyre}.Temperature", "sensor", "float", "celsius", initial=COLD_C),
                SignalSpec(f"{tyre}.Pressure", "sensor", "uint16", "kPa", initial=int(COLD_KPA)),
                SignalSpec(f"{tyre}.IsPressureLow", "sensor", "boolean", initial=False),
            ):
                specs[spec.path] = spec
        return specs

    def step(self, world: World, dt_s: float) -> None:
        """Go on."""
        outside_c = world.number("Vehicle.Exterior.AirTemperature", COLD_C)
        goal_c = outside_c + WARMTH_K_PER_KM_H * abs(world.number("Vehicle.Speed"))
        for wheel in WHEELS:
            tyre = f"Vehicle.Chassis.Axle.{wheel}.Tire"
            warm_c = self._temperature_c.get(wheel, outside_c)
            warm_c += (goal_c - warm_c) * min(1.0, dt_s / TAU_S)
            self._temperature_c[wheel] = warm_c
            share = (warm_c + ZERO_C_IN_K) / (COLD_C + ZERO_C_IN_K)
            told = float(world.number(f"{tyre}.Pressure", COLD_KPA))
            if wheel in self._told and told != self._told[wheel]:  # somebody let air in or out
                self._cold_kpa[wheel] = (told + AIR_KPA) / share - AIR_KPA
            self._cold_kpa[wheel] = max(0.0, self._cold_kpa[wheel] - self._leaks.get(wheel, 0.0) * dt_s / 60)
            world.set(f"{tyre}.Pressure", (self._cold_kpa[wheel] + AIR_KPA) * share - AIR_KPA)
            self._told[wheel] = world.number(f"{tyre}.Pressure")
            world.set(f"{tyre}.Temperature", warm_c)
            world.set(f"{tyre}.IsPressureLow", self._cold_kpa[wheel] < LOW_SHARE * COLD_KPA)
