from __future__ import annotations

import pytest

from cabin_simcar.tyres import Tyres
from cabin_simcar.weather import OUTSIDE, Weather

LEFT = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire"
RIGHT = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire"
OUT = {OUTSIDE: 20.0}


@pytest.fixture
def specs():
    from cabin_simcar.climate import Climate

    return Climate().signals()


def test_warm_tyres_are_harder_by_the_gas_law(world_of, specs):
    _, kept, go = world_of(Tyres(), specs=specs, values={**OUT, "Vehicle.Speed": 120.0})
    go(3 * 3600, 1.0)
    assert kept[f"{LEFT}.Temperature"] == pytest.approx(44, abs=0.2)
    assert kept[f"{LEFT}.Pressure"] == pytest.approx((230 + 101.325) * (44 + 273.15) / 293.15 - 101.325, abs=1)
    assert kept[f"{LEFT}.IsPressureLow"] is False


def test_a_leak_is_told_20_percent_below(world_of, specs):
    _, kept, go = world_of(Tyres({"Row1.Wheel.Left": 5.0}), specs=specs, values=OUT)
    go(9 * 60, 1.0)
    assert (kept[f"{LEFT}.Pressure"], kept[f"{LEFT}.IsPressureLow"]) == (185, False)
    go(30, 1.0)
    assert (kept[f"{LEFT}.IsPressureLow"], kept[f"{RIGHT}.Pressure"]) == (True, 230)


def test_air_can_be_let_in(world_of, specs):
    _, kept, go = world_of(Tyres(), specs=specs, values=OUT)
    go(1)
    kept[f"{LEFT}.Pressure"] = 150
    go(1)
    assert (kept[f"{LEFT}.Pressure"], kept[f"{LEFT}.IsPressureLow"]) == (150, True)
    kept[f"{LEFT}.Pressure"] = 240
    go(10)
    assert (kept[f"{LEFT}.Pressure"], kept[f"{LEFT}.IsPressureLow"]) == (240, False)
    assert Weather().signals()
