"""Readings and stage times in, steps and events out; the clock is the test's."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.budget.cgroup import CgroupMemory
from cabin.budget.meter import Reading
from cabin.budget.settings import DeadlineSettings, LadderSettings
from cabin.budget.supervisor import BudgetSupervisor
from cabin.config import Budgets, load_budgets

BUDGETS = Budgets(
    resident_mib=200,
    deadlines=DeadlineSettings(recognize_ms=500, parse_ms=100, utterance_ms=1000),
    ladder=LadderSettings(window_s=30, least_samples=4, hold_s=1, dwell_s=2, recover_s=5, recover_most_s=20),
)
CALM = Reading(0, 100, processor_percent=5)


class Watched:
    """A supervisor with its clock and its events."""

    def __init__(self, budgets=BUDGETS):
        self.events = []
        self.supervisor = BudgetSupervisor(budgets, self.events.append)
        self.now_s = 1000.0

    def ticks(self, count, reading=CALM):
        for _ in range(count):
            self.now_s += 1
            self.supervisor.tick(self.now_s, reading)
        return self.supervisor.step


@pytest.fixture
def watched():
    return Watched()


def test_calm_is_normal(watched):
    for _ in range(20):
        watched.supervisor.note_stage("parse", 50)
        watched.supervisor.note_stage("total", 200)
        assert watched.ticks(1) == "normal"
    assert (watched.events, watched.supervisor.reason) == ([], "")


def test_memory_past_the_budget_and_back(watched):
    assert watched.ticks(3, Reading(0, 195)) == "lean"
    (event,) = watched.events
    assert (event.reason, event.measured, event.limit) == ("memory", 97.5, 95)
    assert event.what == "memory 195 of 200 MiB"
    assert event.sentence
    assert "memory 195 of 200 MiB" in watched.supervisor.reason
    assert watched.ticks(8) == "normal"
    assert watched.events[-1].reason == "recovered"
    assert watched.supervisor.last_event is watched.events[-1]


def test_a_control_group_near_its_limit(watched):
    assert watched.ticks(3, Reading(0, 100, cgroup=CgroupMemory(85, 100))) == "lean"
    assert watched.events[0].reason == "cgroup"
    other = Watched()
    assert other.ticks(3, Reading(0, 100, cgroup=CgroupMemory(85, None))) == "normal"


def test_slow_stages_lead_down_and_their_times_are_forgotten_then(watched):
    watched.ticks(1)
    for _ in range(3):
        watched.supervisor.note_stage("parse", 160)
    assert watched.ticks(3) == "normal"
    watched.supervisor.note_stage("parse", 10)
    assert watched.ticks(3) == "lean"
    assert (watched.events[0].reason, watched.events[0].measured) == ("stage", 160)
    assert watched.events[0].what == "p95 of parse 160 of 100 ms"
    assert watched.ticks(3) == "lean"
    assert watched.supervisor.overruns == {"parse": 3}


def test_a_stage_without_a_deadline_leads_nowhere(watched):
    for stage in ("act", "listen", "own stage"):
        for _ in range(10):
            watched.supervisor.note_stage(stage, 1e6)
    assert watched.ticks(20) == "normal"


def test_late_utterances(watched):
    watched.ticks(1)
    for _ in range(3):
        watched.supervisor.note_stage("total", 100)
    watched.supervisor.note_late()
    assert [figure.percent for figure in watched.supervisor.figures(watched.now_s, CALM) if figure.kind == "late"] == [
        25
    ]
    assert watched.ticks(3) == "lean"
    assert watched.events[0].reason == "late"


def test_processor_counts_by_its_mean(watched):
    busy, idle = Reading(0, 100, processor_percent=200), Reading(0, 100, processor_percent=0)
    assert watched.ticks(5, idle) == "normal"
    assert watched.ticks(1, busy) == "normal"
    assert watched.ticks(10, idle) == "normal"
    assert watched.ticks(40, Reading(0, 100, processor_percent=70)) == "lean"
    assert watched.events[0].reason == "processor"


def test_pressure(watched):
    assert watched.ticks(3, Reading(0, 100, memory_pressure_percent=50)) == "lean"
    assert (watched.events[0].reason, watched.events[0].what) == ("pressure", "waiting for memory")


def test_asking_for_the_figures_changes_nothing(watched):
    reading = Reading(0, 199, processor_percent=300)
    for _ in range(50):
        watched.supervisor.figures(watched.now_s, reading)
    assert watched.ticks(5) == "normal"


def test_an_observer_that_raises_is_survived(caplog):
    def publish(event):
        raise RuntimeError(event)

    supervisor = BudgetSupervisor(BUDGETS, publish)
    for second in range(4):
        supervisor.tick(second, Reading(0, 195))
    assert supervisor.step == "lean"
    assert "an observer of the ladder failed" in caplog.text


def test_down_to_restart_by_memory_and_what_is_allowed(watched):
    steps = []
    for _ in range(30):
        watched.ticks(1, Reading(0, 300))
        steps.append((watched.supervisor.step, watched.supervisor.allowance.commands))
    assert list(dict.fromkeys(steps)) == [
        ("normal", "all"),
        ("lean", "all"),
        ("essential", "essential"),
        ("deaf", "essential"),
        ("restart", "none"),
    ]
    assert len(watched.events) == 4


def test_an_overload_that_lasts_ends_deaf_and_ends(watched):
    """A processor that is taken away: slow stages and late utterances while anything is listened to, then peace."""
    supervisor = watched.supervisor
    for _ in range(20):
        supervisor.note_stage("recognize", 3000)
        supervisor.note_late()
        watched.ticks(1)
    assert supervisor.step == "deaf"
    assert watched.ticks(200) == "normal"
    assert all(event.sentence for event in watched.events)


def test_time_that_runs_back_is_survived(watched):
    watched.ticks(3, Reading(0, 195))
    watched.now_s -= 3600
    assert watched.ticks(10) == "lean"


def test_the_built_in_budget_is_the_files(tmp_path):
    budgets = load_budgets(None).value
    assert dataclasses.is_dataclass(budgets.ladder)
    assert BudgetSupervisor(budgets, print).step == "normal"
