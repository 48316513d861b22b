"""The simulation of overload: same utterances for all ways, nothing lost, and what each way is for."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cabin.bench import shedding_bench
from cabin.bench.shedding_bench import SLOWDOWNS, WAYS, Overload, Work, main, simulate
from cabin.config import Budgets

WORKS = (
    Work(90, 17, 1, is_essential=True),
    Work(120, 25, 4, is_essential=False),
    Work(70, 12, 1, is_essential=True),
    Work(100, 20, 0, is_command=False, is_essential=False),
)
BUDGETS = Budgets()


@pytest.fixture(scope="module")
def runs():
    return {
        (slowdown, way): simulate(Overload(slowdown, minutes=8), WORKS, BUDGETS, way)
        for slowdown in (1.0, 16.0)
        for way in WAYS
    }


def test_without_overload_all_ways_are_the_same(runs):
    figures = [runs[1.0, way] for way in WAYS]
    assert {each.in_time for each in figures} == {figures[0].commands}
    assert {each.changes for each in figures} == {0}
    assert len({(each.commands, each.pushed, each.delay_p95_ms) for each in figures}) == 1


def test_nothing_is_lost(runs):
    for figures in runs.values():
        assert sum(figures.outcomes.values()) == figures.commands
        assert figures.in_time <= figures.outcomes["done"]
        assert figures.pushed_in_time <= figures.pushed
        assert figures.essential_in_time <= min(figures.essential, figures.in_time)
        assert sum(figures.steps_s.values()) == 8 * 60


def test_a_queue_gets_longer_and_longer(runs):
    assert runs[16.0, "queue"].outcomes == {"done": runs[16.0, "queue"].commands}
    assert runs[16.0, "queue"].delay_p95_ms > 20 * BUDGETS.deadlines.utterance_ms


def test_with_deadlines_nothing_is_done_late(runs):
    for way in ("deadline", "ladder"):
        figures = runs[16.0, way]
        assert figures.outcomes["late"] > 0
        longest_act_ms = 16 * max(work.act_ms for work in WORKS)
        assert figures.delay_p95_ms <= BUDGETS.deadlines.utterance_ms + longest_act_ms


def test_the_ladder_serves_who_presses_the_button(runs):
    ladder, deadline, queue = (runs[16.0, way] for way in ("ladder", "deadline", "queue"))
    assert ladder.pushed_in_time > deadline.pushed_in_time >= queue.pushed_in_time
    assert ladder.outcomes["late"] < deadline.outcomes["late"]
    assert ladder.changes >= 2
    assert ladder.steps_s["normal"] < deadline.steps_s["normal"] == 480


def test_the_same_seed_gives_the_same_run():
    overload = Overload(12.0, minutes=3, seed=5)
    assert simulate(overload, WORKS, BUDGETS, "ladder") == simulate(overload, WORKS, BUDGETS, "ladder")


def test_prints_a_line_for_each_slowdown_and_way(monkeypatch):
    monkeypatch.setattr(shedding_bench, "measure_work", lambda app: list(WORKS))
    done = CliRunner().invoke(main, ["--minutes", "1"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["slowdown"], line["way"]) for line in lines] == [(slow, way) for slow in SLOWDOWNS for way in WAYS]


def test_a_budget_that_is_wrong_is_told(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("ladder: 3\n")
    done = CliRunner().invoke(main, ["--budget", str(file)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "a.yaml:1: ladder" in done.stderr
