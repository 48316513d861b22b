from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.messages import Command, Signal
from cabin.monitoring.monitor import Watch
from cabin.monitoring.notice import Notice

SPEED, LAMP = "Vehicle.Speed", "Vehicle.Lamp"


class Scribe:
    """A monitor that writes down what it is told, and does what it was scripted to."""

    def __init__(self, most_hz=5.0, paths=(SPEED,), script=None):
        self.watches = tuple(Watch(SignalSpec(path, "sensor", "float"), most_hz) for path in paths)
        self.told, self.ticks, self.answers = [], [], []
        self.script = script or (lambda host: None)

    def on_signal(self, path, value, host):
        self.told.append((host.now_s, path, value))
        self.script(host)

    def on_tick(self, host):
        self.ticks.append(host.now_s)
        self.script(host)

    def on_answer(self, key, answer, host):
        self.answers.append((key, answer))


@pytest.fixture
def scribe():
    return Scribe


def speed(value, path=SPEED):
    return Signal(path, value)


def question(key="rest", level="advice"):
    return Notice(key, "Shall I?", level, (Command("poi.find", {"category": "rest area"}),))
