from __future__ import annotations

import math
import time

import pytest

from cabin.errors import UsageError
from cabin.monitoring.runner import BUDGET_MS, MOST_FAULTS, Abandoned, MonitorRunner, Outlet
from tests.monitoring.conftest import LAMP, SPEED, question, speed


@pytest.fixture
def heard():
    return []


@pytest.fixture
def run(heard):
    outlet = Outlet(lambda *told: heard.append(told), lambda *told: heard.append(told))
    return lambda monitor: MonitorRunner("m", monitor, outlet)


def test_changes_come_at_the_rate_asked_for_and_the_latest_is_never_lost(scribe, run):
    monitor = scribe(most_hz=2)
    runner = run(monitor)
    for tenth in range(11):
        runner.take(speed(tenth), tenth / 10)
        runner.advance(tenth / 10)
    runner.advance(1.5)
    assert [(at_s, value) for at_s, _, value in monitor.told] == [(0, 0), (0.5, 5), (1.0, 10)]
    assert runner.skipped == 8


def test_a_change_that_came_too_soon_is_told_when_the_rate_allows(scribe, run):
    monitor = scribe(most_hz=1)
    runner = run(monitor)
    runner.take(speed(1), 0)
    runner.take(speed(2), 0.1)
    assert runner.advance(0.2) == 1.0  # when to come again
    runner.advance(1.0)
    assert [value for _, _, value in monitor.told] == [1, 2]
    assert runner.advance(1.0) == pytest.approx(1.2)  # the next tick


def test_ticks_once_a_second(scribe, run):
    monitor = scribe()
    runner = run(monitor)
    for tenth in range(25):
        runner.advance(tenth / 10)
    assert monitor.ticks == [0.0, 1.0, 2.0]


def test_what_it_knows_of_a_signal(scribe, run):
    runner = run(scribe(paths=(SPEED, LAMP)))
    assert (runner.value(SPEED), runner.age_s(SPEED)) == (None, math.inf)
    runner.take(speed(7), 1.0)
    runner.take(speed(None), 2.0)  # the car does not know
    runner.take(speed(9, "Vehicle.Other"), 2.0)
    runner.advance(3.0)
    assert (runner.value(SPEED), runner.age_s(SPEED), runner.value(LAMP)) == (7, 2.0, None)
    with pytest.raises(KeyError):
        runner.value("Vehicle.Other")


def test_what_it_says_and_reports_goes_out_under_its_name(scribe, run, heard):
    def script(host):
        host.tell(question())
        host.report("drowsy", 2, 60)

    run(scribe(script=script)).advance(0)
    assert heard == [("m", question()), ("m", "drowsy", 2, 60)]


def test_one_that_raises_goes_on_until_the_third_time(scribe, run):
    def script(host):
        raise UsageError("no")

    monitor = scribe(script=script)
    runner = run(monitor)
    for second in range(6):
        runner.advance(second)
    assert (len(monitor.ticks), runner.faults, runner.is_quarantined) == (MOST_FAULTS, MOST_FAULTS, True)
    assert "UsageError" in runner.fault


def test_one_that_computes_too_long_is_at_fault(scribe, run):
    def script(host):
        end = time.thread_time() + 2 * BUDGET_MS / 1000
        while time.thread_time() < end:
            pass

    runner = run(scribe(script=script))
    runner.advance(0)
    assert runner.faults == 1
    assert "processor time" in runner.fault


def test_after_it_was_left_behind_nothing_of_it_is_heard(scribe, run, heard):
    def script(host):
        runner.is_abandoned = True
        host.tell(question())
        host.report("drowsy", 2, 60)

    runner = run(scribe(script=script))
    with pytest.raises(Abandoned):
        runner.advance(0)
    assert heard == []


def test_answers_arrive(scribe, run):
    monitor = scribe()
    run(monitor).answer("rest", "yes", 5)
    assert monitor.answers == [("rest", "yes")]
