from __future__ import annotations

import math

import pytest

from cabin.catalog.schema import SignalSpec
from cabin_simcar.weather import LIGHT, LOCAL_TIME, RAIN_MM_H, RAIN_PERCENT, Weather, sun_height

MODE = SignalSpec(
    "Vehicle.Cabin.Infotainment.HMI.DayNightMode", "actuator", "string", allowed=("DAY", "NIGHT"), initial="DAY"
)
AUTO = SignalSpec("Vehicle.Cabin.Infotainment.HMI.IsDayNightAuto", "actuator", "boolean", initial=True)


def test_the_sun_stands_where_the_almanac_has_it():
    """Noon at a solstice: 90 degrees less latitude, plus or less 23.4 (Astronomical Almanac: obliquity 23.44)."""
    for day, height in ((172, 90 - 50 + 23.4), (355, 90 - 50 - 23.4)):
        assert math.degrees(math.asin(sun_height(50, day, 720))) == pytest.approx(height, abs=0.3)
    assert sun_height(0, 81, 360) == pytest.approx(0, abs=0.02), "sunrise at six at the equator in March"
    assert sun_height(50, 172, 0) < 0


def test_time_goes_on_and_light_with_it(world_of):
    world, kept, go = world_of(Weather(day=172, clouds=0), specs={MODE.path: MODE, AUTO.path: AUTO})
    kept[LOCAL_TIME] = "20:58"
    go(180)
    assert kept[LOCAL_TIME] == "21:01"
    kept[LOCAL_TIME] = "01:00"
    go(1)
    assert (kept[LIGHT], kept[MODE.path], kept[LOCAL_TIME]) == (0.0, "NIGHT", "01:00")
    kept[LOCAL_TIME] = "12:00"
    go(1)
    assert kept[MODE.path] == "DAY"
    assert kept[LIGHT] > 80
    assert world.time_s > 0


def test_clouds_take_light_and_rain_comes_in_gusts(world_of):
    _, clear, go = world_of(Weather(clouds=0))
    go(1)
    _, closed, rain = world_of(Weather(clouds=1, rain_mm_h=6))
    seen = set()
    for _ in range(60):
        rain(2)
        seen.add(round(closed[RAIN_MM_H], 1))
        assert 0 <= closed[RAIN_MM_H] <= 12
    assert closed[LIGHT] == pytest.approx(0.25 * clear[LIGHT], rel=0.02)
    assert len(seen) > 10
    assert closed[RAIN_PERCENT] == round(100 * closed[RAIN_MM_H] / 20)
    assert clear[RAIN_PERCENT] == 0
