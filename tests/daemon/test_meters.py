"""Counts and times, as the status tells them."""

from __future__ import annotations

from cabin.daemon.meters import LATEST_RUNS, Meters


def test_times_and_counts():
    meters = Meters()
    for ms in range(1, 101):
        meters.measure({"recognize": float(ms), "guessed": 1.0})
    meters.overrun("recognize")
    meters.count("heard")
    meters.count("dropped", 2)
    (stage,) = meters.stages()
    assert (stage.name, stage.runs, stage.p50_ms, stage.p95_ms, stage.overruns) == ("recognize", 100, 51.0, 96.0, 1)
    assert meters.counts == {"heard": 1, "dropped": 2}


def test_a_stage_that_only_overran_has_no_times():
    meters = Meters()
    meters.overrun("parse")
    (stage,) = meters.stages()
    assert (stage.runs, stage.p50_ms, stage.last_progress_s) == (0, None, None)


def test_memory_does_not_grow_with_the_runs():
    meters = Meters()
    for _ in range(3 * LATEST_RUNS):
        meters.measure({"act": 1.0})
    assert len(meters._meters["act"].latest_ms) == LATEST_RUNS
    assert meters.stages()[0].runs == 3 * LATEST_RUNS
