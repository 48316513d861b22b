"""When the ladder steps: limits, hold, dwell, the way back, and that it never flaps."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.budget.ladder import MOST_GAP_S, Figure, Ladder
from cabin.budget.settings import LadderSettings
from cabin.budget.steps import STEPS, rank

SETTINGS = LadderSettings(hold_s=2, dwell_s=5, recover_s=10, recover_most_s=80, margin_percent=10)


def memory(percent: float) -> list[Figure]:
    return [Figure("memory", percent, "memory")]


def run(ladder, loads, begin_s=0.0, every_s=1.0):
    """Tick once a second with each load; return the events."""
    events = [ladder.tick(begin_s + i * every_s, memory(load)) for i, load in enumerate(loads)]
    return [event for event in events if event is not None]


def test_a_limit_must_be_passed_for_the_hold_time():
    ladder = Ladder(SETTINGS)
    assert run(ladder, [96, 96, 94, 96, 96]) == []
    (event,) = run(ladder, [96], begin_s=5)
    assert (event.before, event.after, event.reason) == ("normal", "lean", "memory")
    assert (event.measured, event.limit, event.at_s) == (96, 95, 5)
    assert "96 %, over 95 %" in str(event)


def test_at_the_limit_is_not_past_it():
    assert run(Ladder(SETTINGS), [95] * 20) == []


def test_a_jump_takes_the_steps_one_by_one():
    ladder = Ladder(SETTINGS)
    events = run(ladder, [140] * 40)
    assert [event.after for event in events] == ["lean", "essential", "deaf", "restart"]
    assert [after.at_s - before.at_s for before, after in pairwise(events)] == [5, 5, 5]
    assert events[0].limit == 130


def test_restart_has_no_way_back():
    ladder = Ladder(SETTINGS)
    run(ladder, [140] * 40)
    assert run(ladder, [1] * 500, begin_s=40) == []
    assert ladder.step == "restart"


def test_the_way_back_needs_the_margin_and_its_time():
    ladder = Ladder(SETTINGS)
    run(ladder, [96] * 3)
    assert run(ladder, [90] * 50, begin_s=3) == []
    events = run(ladder, [85] * 11, begin_s=53)
    assert [(event.after, event.reason, event.at_s) for event in events] == [("normal", "recovered", 63)]
    assert events[0].limit == pytest.approx(85.5)
    assert "under" in str(events[0])


def test_recovery_without_any_figure():
    ladder = Ladder(SETTINGS)
    run(ladder, [96] * 3)
    events = [ladder.tick(3.0 + i, []) for i in range(12)]
    assert [(event.after, event.what) for event in events if event] == [("normal", "")]


def test_a_way_up_that_did_not_last_takes_twice_as_long_next():
    ladder = Ladder(SETTINGS)
    now_s, taken = 0.0, []
    for _ in range(6):
        while ladder.step == "normal":
            ladder.tick(now_s, memory(96))
            now_s += 1
        begun_s = now_s
        while ladder.step == "lean":
            ladder.tick(now_s, memory(50))
            now_s += 1
        taken.append(now_s - begun_s)
    assert [round(each) for each in taken] == [11, 21, 41, 81, 81, 81]
    run(ladder, [50] * 100, begin_s=now_s)
    run(ladder, [96] * 6, begin_s=now_s + 100)
    assert (ladder.step, ladder.recover_s) == ("lean", 10)


def test_a_gap_between_ticks_proves_nothing():
    ladder = Ladder(SETTINGS)
    run(ladder, [96] * 3)
    ladder.tick(4.0, memory(50))
    assert ladder.tick(4.0 + 100, memory(50)) is None
    assert ladder.step == "lean"
    other = Ladder(SETTINGS)
    other.tick(0.0, memory(96))
    assert other.tick(MOST_GAP_S + 1, memory(96)) is None


def test_time_that_runs_back_stands_still():
    ladder = Ladder(SETTINGS)
    ladder.tick(100.0, memory(96))
    assert ladder.tick(10.0, memory(96)) is None
    assert ladder.tick(102.0, memory(96)).at_s == 102


def test_a_figure_without_a_limit_leads_nowhere():
    assert Ladder(SETTINGS).demanded([Figure("processor", 99, "")]) == "essential"
    only_restart = dataclasses.replace(SETTINGS, lean=dataclasses.replace(SETTINGS.lean, memory_percent=None))
    assert Ladder(only_restart).demanded(memory(100)) == "normal"


FIGURES = st.lists(
    st.builds(
        Figure,
        st.sampled_from(["memory", "cgroup", "stage", "processor", "late", "pressure"]),
        st.floats(0, 400),
        st.just(""),
    ),
    max_size=6,
)
TRACES = st.lists(st.tuples(st.floats(0.1, 8), FIGURES), max_size=120)


@given(TRACES)
@settings(deadline=None, max_examples=40)
def test_never_more_than_one_step_in_a_dwell_time(trace):
    ladder, now_s, events = Ladder(SETTINGS), 0.0, []
    for gap_s, figures in trace:
        now_s += gap_s
        event = ladder.tick(now_s, figures)
        if event is not None:
            events.append(event)
            assert abs(rank(event.after) - rank(event.before)) == 1
            assert event.after == ladder.step
    assert all(after.at_s - before.at_s >= SETTINGS.dwell_s for before, after in pairwise(events))
    assert all(before.after == after.before for before, after in pairwise(events))


@given(FIGURES, st.lists(st.floats(0, 200), min_size=6, max_size=6))
def test_more_of_anything_never_demands_less(figures, more):
    ladder = Ladder(SETTINGS)
    heavier = [dataclasses.replace(each, percent=each.percent + add) for each, add in zip(figures, more, strict=False)]
    assert rank(ladder.demanded(heavier)) >= rank(ladder.demanded(figures))


@given(st.floats(0, 200), st.floats(0, 200), st.floats(0.2, 4))
@settings(deadline=None, max_examples=40)
def test_a_heavier_load_that_stays_is_never_further_up(one, other, every_s):
    less, more = sorted((one, other))
    light, heavy = Ladder(SETTINGS), Ladder(SETTINGS)
    for i in range(100):
        light.tick(i * every_s, memory(less))
        heavy.tick(i * every_s, memory(more))
        assert rank(light.step) <= rank(heavy.step)
    assert light.step == light.demanded(memory(less))


@given(st.lists(st.floats(0, 129), max_size=60))
@settings(deadline=None, max_examples=40)
def test_it_is_normal_again_once_the_load_is_gone(loads):
    ladder = Ladder(SETTINGS)
    run(ladder, loads)
    run(ladder, [10] * (3 * 82), begin_s=len(loads))
    assert ladder.step == "normal"


@given(st.floats(0, 129))
@settings(deadline=None, max_examples=40)
def test_a_load_that_stays_comes_to_rest(load):
    ladder = Ladder(SETTINGS)
    run(ladder, [load] * 40)
    assert run(ladder, [load] * 300, begin_s=40) == []


@given(st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None, max_examples=8)
def test_a_load_that_swings_makes_few_changes(high_s, low_s):
    """With the way back doubled each time, an hour of swinging changes the step seldom."""
    ladder = Ladder(SETTINGS)
    swing = [120.0] * high_s + [20.0] * low_s
    events = run(ladder, (swing * (3600 // len(swing) + 1))[:3600])
    assert len([event for event in events if event.at_s > 600]) <= 2 * len(STEPS) * (3000 / SETTINGS.recover_most_s)
