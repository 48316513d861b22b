"""The step of the budget in the daemon: what it lets through, and which of a turn's times it is about."""

from __future__ import annotations

import dataclasses
import os

import pytest

from cabin.config.sections import Budgets
from cabin.daemon.ladder import DaemonLadder, StepHooks
from cabin.executor import NoHooks
from cabin.messages import Command, Parse, Turn


def test_times_of_turns_are_held_against_the_deadlines():
    ladder = DaemonLadder(Budgets(), lambda: [os.getpid()], lambda _event: None)
    slow = {"recognize": 5000.0, "parse": 1.0, "policy": 0.1, "act": 9000.0, "total": 14001.0, "to_signal": 5001.0}
    ladder.note(Turn(Parse(""), (), "", ms=slow))
    assert [ladder.overruns(stage) for stage in ("recognize", "parse", "act", "total")] == [1, 0, 0, 1]
    ladder.tick(1.0)
    assert ladder.resident_mib > 1
    assert ladder.step == "normal"
    assert ladder.reason == ""


def test_memory_over_the_budget_takes_a_step_that_refuses_what_is_not_essential():
    changed = []
    ladder = DaemonLadder(dataclasses.replace(Budgets(), resident_mib=1.0), lambda: [os.getpid()], changed.append)
    for second in range(60):
        ladder.tick(float(second))
    assert changed
    assert ladder.step != "normal"
    assert ladder.reason


@pytest.mark.parametrize(("step", "decision"), [("normal", "allow"), ("essential", "refuse"), ("restart", "refuse")])
def test_the_step_judges_every_command(step, decision, small_catalog, car):
    hooks = StepHooks(NoHooks(), lambda: step)
    assert hooks.check_policy(Command("window.open"), car).decision == "allow"
    hooks.catalog = small_catalog
    assert hooks.check_policy(Command("window.open"), car).decision == decision


def test_another_budget_begins_anew_and_the_same_one_goes_on():
    ladder = DaemonLadder(dataclasses.replace(Budgets(), resident_mib=1.0), lambda: [os.getpid()], lambda _event: None)
    for second in range(60):
        ladder.tick(float(second))
    assert ladder.step != "normal"
    step = ladder.step
    ladder.change(dataclasses.replace(Budgets(), resident_mib=1.0))
    assert ladder.step == step
    ladder.change(dataclasses.replace(Budgets(), resident_mib=1e6))
    assert ladder.step == "normal"
    ladder.tick(61.0)
    assert ladder.step == "normal"
