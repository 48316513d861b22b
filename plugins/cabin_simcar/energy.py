"""Battery, fuel and range: a plug-in hybrid that drives on its battery first.

What the wheels need is the road load: rolling, air, acceleration. Mass and drag are those of a compact car (assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cabin.catalog.schema import SignalSpec
from cabin_simcar.world import World

__all__ = ["CHARGE", "FUEL", "RANGE", "Energy", "road_load_w"]

CHARGE = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
FUEL = "Vehicle.Powertrain.FuelSystem.RelativeLevel"
FUEL_LOW = "Vehicle.Powertrain.FuelSystem.IsFuelLevelLow"
RANGE = "Vehicle.Powertrain.Range"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging.IsCharging"
LIMIT = "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"

MASS_KG, ROLLING, DRAG_M2 = 1600.0, 0.010, 0.65
GRAVITY_M_S2 = 9.80665
"""Standard gravity (CGPM 1901)."""
AIR_KG_M3 = 1.2
DRIVE, BRAKE = 0.88, 0.60
"""Of battery to wheel, and back when braking (assumed)."""
AUXILIARY_W = 300.0
COOLING_FACTOR = 2.5
"""Heat moved for the power that the compressor takes (assumed)."""
BATTERY_WH, TANK_L = 15_000.0, 40.0
PETROL_WH_L, ENGINE = 8_900.0, 0.28
"""Lower heating value of petrol, 32 MJ/l; engine and generator (assumed)."""
RESERVE_PERCENT = 12.0
"""Below it the engine drives."""
CHARGER_W = 7_400.0
"""One phase, 32 A."""
FUEL_LOW_PERCENT = 12.0


def road_load_w(speed_m_s: float, acceleration_m_s2: float) -> float:
    """Return the power at the wheels on a level road."""
    if speed_m_s <= 0:
        return 0.0
    force = MASS_KG * (acceleration_m_s2 + ROLLING * GRAVITY_M_S2) + 0.5 * AIR_KG_M3 * DRAG_M2 * speed_m_s**2
    return force * speed_m_s


class Energy:
    """What is left, and how far it goes."""

    name = "energy"

    def __init__(self, conditioning_w: Callable[[], float] = lambda: 0.0) -> None:
        """`conditioning_w` gives the heat that air conditioning moves."""
        self._conditioning_w = conditioning_w
        self._speed_m_s: float | None = None
        self._use_wh_m = 0.16
        """What a metre takes, averaged over the last kilometres."""

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return charge, fuel and range."""
        specs = (
            SignalSpec(CHARGE, "sensor", "float", "percent", 0, 100, initial=80.0),
            SignalSpec(FUEL, "sensor", "uint8", "percent", 0, 100, initial=70),
            SignalSpec(RANGE, "sensor", "uint32", "m", initial=0),
        )
        return {spec.path: spec for spec in specs}

    def step(self, world: World, dt_s: float) -> None:
        """Go on."""
        speed_m_s = abs(world.number("Vehicle.Speed")) / 3.6
        before = speed_m_s if self._speed_m_s is None else self._speed_m_s
        self._speed_m_s = speed_m_s
        mean_m_s = (speed_m_s + before) / 2
        wheels_w = road_load_w(mean_m_s, (speed_m_s - before) / dt_s)
        is_on = speed_m_s > 0 or world.get("Vehicle.Powertrain.Transmission.SelectedGear", 126) != 126
        power_w = wheels_w / DRIVE if wheels_w > 0 else wheels_w * BRAKE
        power_w += abs(self._conditioning_w()) / COOLING_FACTOR + (AUXILIARY_W if is_on else 0.0)
        self._use(world, power_w * dt_s / 3600)
        self._charge(world, dt_s)
        if mean_m_s * dt_s > 0:
            share = min(1.0, mean_m_s * dt_s / 3000)
            self._use_wh_m += share * (max(0.08, power_w / 3600 / mean_m_s) - self._use_wh_m)
        self._tell_range(world)

    def _use(self, world: World, energy_wh: float) -> None:
        charge = world.number(CHARGE, 80.0)
        if charge > RESERVE_PERCENT or energy_wh < 0:
            world.set(CHARGE, charge - 100 * energy_wh / BATTERY_WH)
            return
        fuel = world.number(FUEL, 70.0) - 100 * energy_wh / (ENGINE * PETROL_WH_L) / TANK_L
        world.set(FUEL, fuel)
        world.set(FUEL_LOW, fuel < FUEL_LOW_PERCENT)

    def _charge(self, world: World, dt_s: float) -> None:
        charge, limit = world.number(CHARGE, 80.0), world.number(LIMIT, 100.0)
        if world.is_on(CHARGING) and charge < limit:
            charge = min(limit, charge + 100 * CHARGER_W * dt_s / 3600 / BATTERY_WH)
            world.set(CHARGE, charge)
            if charge >= limit:
                world.set(CHARGING, False)

    def _tell_range(self, world: World) -> None:
        left_wh = max(0.0, world.number(CHARGE) - RESERVE_PERCENT) / 100 * BATTERY_WH
        left_wh += world.number(FUEL) / 100 * TANK_L * PETROL_WH_L * ENGINE
        world.set(RANGE, left_wh / self._use_wh_m)
