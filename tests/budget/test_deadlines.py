"""What is left of a stage and an utterance, with a clock that the test turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.budget.deadlines import LATE_SENTENCE, Deadlines
from cabin.budget.settings import DeadlineSettings
from cabin.config import Budgets
from cabin.executor import Executor, Request
from cabin.messages import Command
from cabin.vehicle.effects import VehicleTimes
from cabin.vehicle.policy_file import load_policy

BUDGETS = Budgets(deadlines=DeadlineSettings(recognize_ms=500, parse_ms=100, policy_ms=None, utterance_ms=1000))


class Clock:
    now_s = 50.0

    def __call__(self):
        return self.now_s

    def pass_ms(self, ms):
        self.now_s += ms / 1000


@pytest.fixture
def clock():
    return Clock()


def test_a_stage_has_its_own_time_and_never_more_than_the_utterance(clock):
    deadline = Deadlines(BUDGETS, clock).begin()
    assert [round(deadline.left_ms(stage)) for stage in ("recognize", "parse", "policy", "total")] == [
        500,
        100,
        1000,
        1000,
    ]
    clock.pass_ms(950)
    assert [round(deadline.left_ms(stage)) for stage in ("recognize", "parse", "policy")] == [50, 50, 50]
    assert not deadline.is_late()
    clock.pass_ms(50.1)
    assert deadline.left_ms("parse") == 0
    assert deadline.is_late()


def test_a_stage_under_way_uses_its_time_up(clock):
    deadline = Deadlines(BUDGETS, clock).begin()
    with deadline.stage("recognize") as left_ms:
        assert round(left_ms) == 500
        clock.pass_ms(200)
        assert round(deadline.left_ms("recognize")) == 300
        assert round(deadline.left_ms("parse")) == 100
        clock.pass_ms(400)
        assert deadline.left_ms("recognize") == 0
    assert round(deadline.ms["recognize"]) == 600
    assert round(deadline.overruns["recognize"]) == 100
    with deadline.stage("parse"):
        clock.pass_ms(60)
    with deadline.stage("parse"):
        clock.pass_ms(60)
    assert round(deadline.ms["parse"]) == 120
    assert round(deadline.overruns["parse"]) == 20


def test_a_stage_that_raises_is_timed_too(clock):
    deadline = Deadlines(BUDGETS, clock).begin()
    with pytest.raises(RuntimeError), deadline.stage("policy"):
        clock.pass_ms(5)
        raise RuntimeError
    assert round(deadline.ms["policy"]) == 5
    assert deadline.overruns == {}


def test_waiting_for_its_turn_counts(clock):
    deadline = Deadlines(BUDGETS, clock).begin(clock.now_s - 1.5)
    late = deadline.late()
    assert (round(late.after_ms), late.limit_ms, late.stage) == (1500, 1000, "")
    assert str(late) == "late: 1500 ms after the utterance, 1000 ms are allowed"


def test_the_stage_that_was_late_is_told(clock):
    deadline = Deadlines(BUDGETS, clock).begin()
    assert deadline.late() is None
    with deadline.stage("recognize"):
        clock.pass_ms(1200)
        assert "late in recognize" in str(deadline.late())


def test_a_clock_that_runs_back_gives_no_time_away(clock):
    deadline = Deadlines(BUDGETS, clock).begin()
    clock.pass_ms(-3_600_000)
    assert deadline.age_ms() == 0
    assert deadline.left_ms() == 1000


@given(st.lists(st.floats(0, 400), max_size=8))
def test_what_is_left_never_grows(passed):
    clock = Clock()
    deadline, before = Deadlines(BUDGETS, clock).begin(), 1e9
    for ms in passed:
        clock.pass_ms(ms)
        left = deadline.left_ms("total")
        assert left <= before
        assert deadline.is_late() == (left == 0)
        assert deadline.is_late() == (deadline.late() is not None)
        before = left


def test_the_driver_is_told_what_the_executor_tells(small_catalog, car):
    times = VehicleTimes(command_deadline_ms=1)
    executor = Executor(small_catalog, load_policy(None), car, times=times)
    outcome = executor.execute(Command("window.open"), Request(begun_s=-1e6))
    assert (outcome.status, outcome.reply) == ("late", LATE_SENTENCE)
