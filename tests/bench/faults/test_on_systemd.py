"""Faults in a real systemd take long: `cabin bench faults --only installed`; tests/systemd holds the same service."""

from __future__ import annotations

from pathlib import Path

from cabin.bench.faults.on_systemd import FAULTS
from tests.systemd.box import lacking


def test_each_says_what_must_hold_and_what_it_lacks():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.holds and not fault.concludes for fault in FAULTS)
    assert {fault.lacks() for fault in FAULTS} == {lacking()}


def test_without_a_checkout_they_are_not_run(monkeypatch, tmp_path):
    from cabin import paths
    from cabin.bench.faults import on_systemd

    monkeypatch.setattr(paths, "checkout_dir", lambda: Path(tmp_path))
    on_systemd.box_module.cache_clear()
    assert "no checkout" in FAULTS[0].lacks()
    on_systemd.box_module.cache_clear()
