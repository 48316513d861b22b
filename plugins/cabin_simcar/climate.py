"""The air in the cabin: one heat balance of sun, people, walls, draught and air conditioning.

    C dT/dt = UA (outside - T) + air through windows + sun + people + air conditioning

The method is the lumped heat balance of Fayazbakhsh and Bahrami, SAE 2013-01-1507. UA and C at rest are chosen so that
a car parked in full sun does what was measured: 22 K warmer after an hour, 80 % of it in the first half (McLaren, Null
and Quinn, Pediatrics 116, 2005). What is assumed says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cabin.catalog.schema import SignalSpec
from cabin_simcar.world import World

__all__ = ["INSIDE", "Climate"]

INSIDE = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
OUTSIDE = "Vehicle.Exterior.AirTemperature"
_STATION = "Vehicle.Cabin.HVAC.Station.Row1.Driver"
_WINDOWS = tuple(
    f"Vehicle.Cabin.Door.{row}.{side}.Window.Position"
    for row in ("Row1", "Row2")
    for side in ("DriverSide", "PassengerSide")
)

IRRADIANCE_W_M2 = 1000.0
"""The sun in the zenith of a clear sky (IEC 60904-3)."""
GLASS_M2, TRANSMITTED = 2.0, 0.47
"""Glass seen from above, assumed; about half of the sun's power passes tinted glass."""
C_J_K = 47_000.0
UA_W_K = 36.0
"""At rest; see above: a time constant of 22 minutes."""
UA_PER_M_S = 1.0
"""More of it in the wind of driving (assumed)."""
PERSON_W = 115.0
"""Sensible and latent heat of a seated adult (ASHRAE Fundamentals, very light work)."""
AIR_J_KG_K = 1005.0
LEAK_KG_S = 0.005
WINDOW_KG_S = 0.02
"""Air through an open window at rest, and as much again for each 5 m/s (assumed)."""
FAN_KG_S = 0.12
"""The blower at full speed, about 360 m3/h (assumed)."""
WARMEST_C, COLDEST_C = 55.0, 6.0
"""Out of the vents, by the heater core and the evaporator (assumed)."""
HEATER_W, COOLER_W = 5500.0, 5000.0
GAIN = 6.0
"""Kelvin at the vents for one kelvin that is missing."""


class Climate:
    """The temperature inside."""

    name = "climate"

    def __init__(self, sun: Callable[[], float] = lambda: 0.0) -> None:
        """`sun` gives what falls on the car, 0 to 1 of IRRADIANCE_W_M2."""
        self._sun = sun
        self.power_w = 0.0
        """What air conditioning takes out of or gives to the cabin, without its own losses."""

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the temperatures inside and outside."""
        specs = (
            SignalSpec(INSIDE, "sensor", "float", "celsius", initial=20.0),
            SignalSpec(OUTSIDE, "sensor", "float", "celsius", initial=20.0),
        )
        return {spec.path: spec for spec in specs}

    def step(self, world: World, dt_s: float) -> None:
        """Go on."""
        inside, outside = world.number(INSIDE, 20.0), world.number(OUTSIDE, 20.0)
        speed_m_s = abs(world.number("Vehicle.Speed")) / 3.6
        sun_w = self._sun() * IRRADIANCE_W_M2 * GLASS_M2 * TRANSMITTED
        people_w = PERSON_W * self._people(world)
        drawn_w = (UA_W_K + UA_PER_M_S * speed_m_s + self._draught_kg_s(world, speed_m_s) * AIR_J_KG_K) * (
            outside - inside
        )
        self.power_w = self._conditioning_w(world, inside, outside)
        world.set(INSIDE, inside + (sun_w + people_w + drawn_w + self.power_w) * dt_s / C_J_K)

    def _people(self, world: World) -> int:
        seats = ("Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")
        return sum(world.get(f"Vehicle.Cabin.Seat.{seat}.OccupancyStatus", "") == "OCCUPIED" for seat in seats)

    def _draught_kg_s(self, world: World, speed_m_s: float) -> float:
        opened = sum(world.number(path) for path in _WINDOWS) / 100
        return LEAK_KG_S + opened * WINDOW_KG_S * (1 + speed_m_s / 5)

    def _conditioning_w(self, world: World, inside: float, outside: float) -> float:
        """Return the heat that the vents bring in; below 0 they cool. Nothing where the fan stands."""
        fan = world.number(f"{_STATION}.FanSpeed") / 100
        if fan <= 0 or not world.get(f"{_STATION}.IsActive", True):
            return 0.0
        flow = fan * FAN_KG_S
        wanted = world.number(f"{_STATION}.Temperature", 21.0)
        taken_in = inside if world.is_on("Vehicle.Cabin.HVAC.IsRecirculationActive") else outside
        blown = min(WARMEST_C, max(COLDEST_C, wanted + GAIN * (wanted - inside)))
        if not world.is_on("Vehicle.Cabin.HVAC.IsAirConditioningActive"):
            blown = max(blown, taken_in)  # without the compressor it can only heat
        flow_w_k = flow * AIR_J_KG_K
        limited = max(-COOLER_W, min(HEATER_W, flow_w_k * (blown - taken_in)))
        return limited + flow_w_k * (taken_in - inside)
