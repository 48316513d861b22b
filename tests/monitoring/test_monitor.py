from __future__ import annotations

from cabin.catalog.schema import SignalSpec
from cabin.monitoring.monitor import Monitor, Watch


def test_a_watch_is_of_a_signal():
    assert Watch(SignalSpec("Vehicle.Speed", "sensor", "float")).path == "Vehicle.Speed"


def test_what_is_a_monitor(scribe):
    assert isinstance(scribe(), Monitor)
    assert not isinstance(object(), Monitor)
