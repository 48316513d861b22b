from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin.plugins import load_plugins


def test_registered_as_simulated_through_the_entry_point():
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": "cabin_simcar"})
    entry = plugins.vehicles.get("simulated")
    car = plugins.call(entry, {}, {"initial": {"Vehicle.Speed": 30.0}})
    assert (entry.plugin, car.name, car.read("Vehicle.Speed").value) == ("cabin_simcar", "simulated", 30.0)
    with pytest.raises(ConfigError, match="clok"):
        plugins.call(entry, {}, {"clok": "real"})
