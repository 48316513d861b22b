from __future__ import annotations

import pytest

from cabin.messages import Command, Verdict
from cabin.vehicle.gate import ForbiddenWriteError
from cabin.vehicle.judging import Judge
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
SPEED = "Vehicle.Speed"
POLICY = load_policy()


@pytest.fixture
def judge():
    return Judge(POLICY)


@pytest.fixture
def trunk(small_catalog):
    return Command("trunk.open"), small_catalog.intents["trunk.open"]


def test_a_verdict_is_remembered_with_what_it_came_from(judge, trunk, car):
    car.place(SPEED, 80.0)
    verdict = judge.command(*trunk, car, judge.around("driver"))
    (kept,) = judge.judged
    assert (kept.verdict, kept.around.speaker) == (verdict, "driver")
    applied = [finding for finding in kept.findings if finding.verdict is not None]
    assert {finding.rule for finding in applied} == {"moving", "doors and lids while driving"}
    seen = applied[0].conditions[0]
    assert (seen.condition.name, seen.value, seen.holds) == (SPEED, 80.0, True)
    assert "policy.yaml:" in applied[0].where


def test_reports_of_the_driver_make_it_stricter(judge):
    assert judge.around().strictness == 0
    judge.driver.report("a", "drowsy", 2)
    assert (judge.around().strictness, judge.around().driver) == (2, frozenset({"drowsy"}))


def test_a_gate_asks_the_rules_on_writes_whoever_writes(judge, car):
    car_behind = judge.gate(car, judge.around)
    car_behind.write(TRUNK, True, 100)
    assert car.wait_for(TRUNK, True, 1000).value is True
    car.place(TRUNK, False)
    car.place(SPEED, 50.0)
    with pytest.raises(ForbiddenWriteError):
        car_behind.write(TRUNK, True, 100)
    car_behind.write(WINDOW, 50, 100)
    assert car.wait_for(WINDOW, 50, 5000).value == 50


def test_a_gate_asks_the_command_again_at_each_write(judge, trunk, car):
    """Between the verdict and the write the car drives off: nothing is written."""
    assert judge.command(*trunk, car, judge.around()).decision == "allow"
    gated = judge.gate(car, judge.around, [trunk])
    gated.write(WINDOW, 10, 100)
    car.place(SPEED, 50.0)
    with pytest.raises(ForbiddenWriteError) as caught:
        gated.write(WINDOW, 20, 100)
    assert caught.value.verdict.rule == "moving"
    assert judge.judged[-1].stage == "when writing"


def test_only_the_verdict_that_was_answered_lets_a_write_through(judge, small_catalog, car):
    unlock = (Command("door.unlock"), small_catalog.intents["door.unlock"])
    asked = judge.command(*unlock, car, judge.around())
    assert asked.decision == "confirm"
    judge.gate(car, judge.around, [unlock], [asked]).write(WINDOW, 5, 100)
    for answer in ((), [Verdict("confirm", "Another question?", asked.rule)]):
        with pytest.raises(ForbiddenWriteError):
            judge.gate(car, judge.around, [unlock], answer).write(WINDOW, 6, 100)


def test_who_set_it_holds_it_also_at_the_gate(judge, car):
    judge.note_write("driver", WINDOW, 40)
    for speaker, allowed in (("rear_left", False), ("driver", True), ("unknown", True)):
        verdict = judge.writes([(WINDOW, 90)], car, judge.around(speaker))
        assert (verdict.decision == "allow") is allowed


def test_a_reload_keeps_what_is_known(judge, trunk, car):
    judge.driver.report("a", "drowsy", 1)
    judge.note_write("driver", WINDOW, 40)
    judge.command(*trunk, car, judge.around())
    newer = Judge(POLICY)
    newer.follow(judge)
    assert newer.driver.now()[0] == 1
    assert newer.writes([(WINDOW, 90)], car, newer.around("rear_left")).decision == "refuse"
    assert len(newer.judged) == 1


def test_judgements_of_one_moment_read_each_signal_once(judge, trunk, small_catalog):
    class Counting(SimulatedCar):
        def read(self, path):
            seen.append(path)
            return super().read(path)

    seen: list[str] = []
    counting = Counting(small_catalog.signals)
    judge.gate(counting, judge.around, [trunk]).write(TRUNK, True, 100)
    assert seen.count(SPEED) == 1
    seen.clear()
    judge.writes([(TRUNK, True), (TRUNK, False)], counting, judge.around())
    assert seen.count(SPEED) == 1


def test_times_are_those_of_the_clock_it_runs_on(judge, car):
    now_s = 0.0
    judge.run_on(lambda: now_s)
    judge.driver.report("a", "drowsy", 1, for_s=60)
    judge.note_write("driver", WINDOW, 40)
    assert judge.around().strictness == 1
    assert judge.writes([(WINDOW, 90)], car, judge.around("rear_left")).decision == "refuse"
    now_s = 60.0
    assert judge.around().strictness == 0
    assert judge.writes([(WINDOW, 90)], car, judge.around("rear_left")).decision == "allow"


def test_what_the_simulated_car_has_is_all_that_rules_need():
    assert POLICY.needed_signals() <= POLICY.signals() <= set(SimulatedCar({}).signals())
