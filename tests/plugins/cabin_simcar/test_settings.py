from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin_simcar.faults import Fault
from cabin_simcar.settings import SimcarSettings, parse_settings


def test_nothing_said_gives_the_defaults():
    assert parse_settings({}) == SimcarSettings()


def test_everything_said():
    section = {"clock": "real", "latency_ms": 5, "tick_ms": 10, "initial": {"A": 1}, "faults": {"B": "stuck"}}
    assert parse_settings(section) == SimcarSettings("real", 5.0, 10.0, {"A": 1}, {"B": Fault("stuck")})


def test_all_mistakes_at_once():
    section = {"clok": 1, "clock": "fast", "latency_ms": -1, "tick_ms": True, "initial": 3, "faults": {"A": "stuk"}}
    with pytest.raises(ConfigError) as caught:
        parse_settings(section)
    text = str(caught.value)
    assert len(caught.value.problems) == 6
    for part in ("'clock'", "virtual or real", "latency_ms", "tick_ms", "simulated.initial", "Did you mean 'stuck'?"):
        assert part in text
