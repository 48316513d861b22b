from __future__ import annotations

from cabin.bench.faults.fault import Claim, Result, needs_nothing


def result(*claims, **more):
    return Result("a", "workers", "all", tuple(claims), **more)


def test_a_fault_is_held_when_everything_that_was_looked_at_did():
    good, bad = Claim("a", True), Claim("b", False, "c")
    assert result(good, good).held
    assert not result(good, bad).held
    assert result(good, bad).broken == (bad,)


def test_nothing_looked_at_is_nothing_held():
    assert not result().held
    assert not result(Claim("a", True), skipped="no mounts here").held
    assert needs_nothing() == ""
