"""Faults in a real systemd take half a minute each: `cabin bench faults --only systemd`. One of them here."""

from __future__ import annotations

import pytest

from cabin.bench.faults.on_systemd import FAULTS


def test_a_killed_worker_of_the_installed_service(holds):
    fault = FAULTS[0]
    lacks = fault.lacks()
    if lacks:
        pytest.skip(lacks)
    holds(fault)


def test_each_says_what_must_hold():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.holds and not fault.concludes for fault in FAULTS)
