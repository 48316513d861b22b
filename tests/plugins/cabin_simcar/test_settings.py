from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin_simcar.faults import Fault, PlannedFault
from cabin_simcar.settings import SimcarSettings, parse_settings


def test_nothing_said_gives_the_defaults():
    assert parse_settings({}) == SimcarSettings()


def test_everything_said():
    section = {"clock": "real", "latency_ms": 5, "tick_ms": 10, "initial": {"A": 1}, "faults": {"B": "stuck"}}
    assert parse_settings(section) == SimcarSettings("real", 5.0, 10.0, {"A": 1}, {"B": Fault("stuck")})
    section = {
        "physics": True,
        "drive": "city",
        "variation": 0.1,
        "seed": 7,
        "faults": {"B": {"kind": "noise", "sigma": 3}},
        "planned_faults": [{"signal": "C", "kind": "jammed", "way": 5, "at_s": 2, "for_s": 4}],
        "leaks_kpa_per_min": {"Row1.Wheel.Left": 2},
    }
    assert parse_settings(section) == SimcarSettings(
        physics=True,
        drive="city",
        variation=0.1,
        seed=7,
        faults={"B": Fault("noise", sigma=3.0)},
        planned_faults=(PlannedFault("C", Fault("jammed", way=5.0), 2, 4),),
        leaks_kpa_per_min={"Row1.Wheel.Left": 2.0},
    )


def test_all_mistakes_at_once():
    section = {"clok": 1, "clock": "fast", "latency_ms": -1, "tick_ms": True, "initial": 3, "faults": {"A": "stuk"}}
    with pytest.raises(ConfigError) as caught:
        parse_settings(section)
    text = str(caught.value)
    assert len(caught.value.problems) == 6
    for part in ("'clock'", "virtual or real", "latency_ms", "tick_ms", "simulated.initial", "Did you mean 'stuck'?"):
        assert part in text


def test_mistakes_of_physics_and_faults():
    section = {
        "physics": "yes",
        "drive": "citi",
        "variation": 3,
        "seed": "x",
        "faults": {"A": {"kind": "noise", "sigm": 1, "sigma": "much"}},
        "planned_faults": [{"signal": "B"}, 5, {"signal": "C", "kind": "lost", "at_s": -1}],
        "leaks_kpa_per_min": {"Row1.Wheel.Leftt": 1, "Row1.Wheel.Left": -1},
    }
    with pytest.raises(ConfigError) as caught:
        parse_settings(section)
    text = str(caught.value)
    for part in (
        "simulated.physics: no boolean",
        "Did you mean 'city'?",
        "simulated.variation",
        "simulated.seed",
        "unknown key 'sigm'",
        "faults.A.sigma: no number",
        "planned_faults[0]: unknown fault",
        "planned_faults[1]: no planned fault",
        "planned_faults[2]: no usable time",
        "Did you mean 'Row1.Wheel.Left'",
        "leaks_kpa_per_min.Row1.Wheel.Left: no usable number",
    ):
        assert part in text, part
