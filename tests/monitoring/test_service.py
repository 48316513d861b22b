from __future__ import annotations

import itertools
import threading
import time

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.monitoring import service as service_module
from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.pacer import Pacer
from cabin.monitoring.service import MonitorService, Voice
from cabin_simcar.car import SimulatedCar
from cabin_simcar.settings import SimcarSettings
from tests.monitoring.conftest import LAMP, SPEED, question

WAIT_S = 20.0


def until(condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def car():
    specs = {path: SignalSpec(path, "actuator", "float", initial=0.0) for path in (SPEED, LAMP)}
    made = SimulatedCar(specs, SimcarSettings(clock="real"))
    yield made
    made.close()


@pytest.fixture
def serve(car):
    made = []

    def start(said=None, is_free=lambda: True, **monitors):
        said = [] if said is None else said
        board = MonitorBoard(monitors, Pacer(), lambda *told: None)
        made.append(MonitorService(board, car, Voice(is_free, said.append)))
        made[-1].start()
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_what_holds_and_what_changes(serve, scribe, car):
    monitor = scribe(most_hz=20, paths=(SPEED, LAMP, "Vehicle.NotThere"))
    serve(m=monitor)
    until(lambda: {(path, value) for _, path, value in monitor.told} == {(SPEED, 0.0), (LAMP, 0.0)})
    car.write(LAMP, 1.0, 1000)
    until(lambda: (LAMP, 1.0) in [(path, value) for _, path, value in monitor.told])


def test_it_speaks_when_the_voice_is_free_and_hears_the_answer(serve, scribe):
    said, free = [], threading.Event()
    monitor = scribe(script=lambda host: host.tell(question()))
    service = serve(said, free.is_set, m=monitor)
    until(lambda: len(monitor.ticks) >= 2)
    assert said == []
    free.set()
    until(lambda: said)
    service.answer(said[0], "yes")
    until(lambda: monitor.answers == [("rest", "yes")])
    assert len(said) == 1


def test_one_that_hangs_is_left_behind_and_the_others_go_on(serve, scribe, monkeypatch):
    monkeypatch.setattr(service_module, "HANGS_S", 0.3)
    let_go = threading.Event()
    hung, other = scribe(script=lambda host: let_go.wait()), scribe()
    service = serve(hung=hung, other=other)
    names = []
    until(lambda: names.append(service.look_after()) or names[-1])
    before = len(other.ticks)
    until(lambda: len(other.ticks) > before + 1)
    let_go.set()  # it comes back, and nobody minds
    before = len(other.ticks)
    until(lambda: len(other.ticks) > before)
    assert names[-1] == "hung"
    assert len(hung.ticks) <= 1
    assert service.look_after() == ""


def test_five_hundred_changes_a_second_are_told_at_the_rate(serve, scribe, car):
    monitor = scribe(most_hz=5)
    service = serve(m=monitor)
    for number in range(500):
        car.write(SPEED, float(number), 1000)
    until(lambda: monitor.told and monitor.told[-1][2] == 499.0)
    told = [at_s for at_s, _, _ in monitor.told]
    assert all(then - first >= 0.2 - 1e-9 for first, then in itertools.pairwise(told))
    service.stop()
