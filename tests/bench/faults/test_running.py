"""Choosing, keeping and resuming; what a fault that breaks its rig comes to."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.bench.faults.families import all_faults
from cabin.bench.faults.fault import Claim, Fault, Result
from cabin.bench.faults.running import chosen, load_results, run_on, save_results
from cabin.errors import UsageError


def test_faults_are_chosen_by_name_and_family():
    every = all_faults()
    assert chosen(every, ()) == list(every)
    assert {fault.family for fault in chosen(every, ("workers",))} == {"workers"}
    assert len(chosen(every, ("CLOCK STEPS",))) == 2
    assert 5 < len(chosen(every, (), quick=True)) < 20


def test_a_word_that_names_nothing_is_told_with_what_is_near():
    with pytest.raises(UsageError, match="workers"):
        chosen(all_faults(), ("workrs",))


def test_results_are_kept_whole_and_a_line_cut_short_is_left_out(tmp_path):
    file = tmp_path / "kept" / "faults.jsonl"
    results = [Result("a", "workers", "all", (Claim("x", True),), 1.5), Result("b", "clients", "all", skipped="no")]
    save_results(file, results)
    assert list(load_results(file).values()) == results
    with file.open("a", encoding="utf-8") as out:
        out.write('{"name": "c"')
    assert set(load_results(file)) == {"a", "b"}
    assert load_results(tmp_path / "none") == {}


class Shared:
    """Stands for SharedRig where no daemon is wanted."""

    def __init__(self):
        self.dropped = 0

    def drop(self):
        self.dropped += 1

    def rig(self, _fault):
        raise RuntimeError("the daemon does not start")


def test_a_rig_that_breaks_is_a_fault_that_did_not_hold():
    shared = Shared()
    result = run_on(Fault("a", "workers", "all", lambda _rig: None), shared)
    assert not result.held
    assert "the daemon does not start" in result.broken[0].seen
    assert shared.dropped == 1


def test_what_this_machine_lacks_is_told():
    fault = dataclasses.replace(Fault("a", "workers", "all", lambda _rig: None), lacks=lambda: "no mounts here")
    assert run_on(fault, Shared()).skipped == "no mounts here"
