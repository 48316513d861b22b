from __future__ import annotations

import dataclasses

import pytest

from cabin.assembly import open_catalog
from cabin.bench.policy_bench import PATHS, run_pairs
from cabin.messages import Verdict
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.vehicle.gate import GatedVehicle
from cabin.vehicle.policy import Policy
from cabin.vehicle.policy_file import BUILT_IN_POLICY
from cabin_simcar.car import SimulatedCar
from cabin_simcar.settings import SimcarSettings

PAIRS = 800


@pytest.fixture(scope="module")
def catalog():
    return open_catalog(load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}))


@pytest.fixture
def run(catalog, tmp_path):
    stricter = tmp_path / "policy.yaml"
    stricter.write_text(BUILT_IN_POLICY.read_text(encoding="utf-8").replace("above: 3}", "above: 1}"), encoding="utf-8")

    def run(pairs=PAIRS, seed=1):
        specs = {path: dataclasses.replace(spec, rate_per_s=None) for path, spec in catalog.signals.items()}
        car = SimulatedCar(specs, SimcarSettings(latency_ms=0))
        return run_pairs(catalog, [BUILT_IN_POLICY, stricter], car, pairs, seed)

    return run


def test_no_path_writes_what_the_policy_forbids(run):
    result = run()
    assert result.violations == []
    assert (result.pairs, result.forbidden) == (PAIRS, 0)
    assert result.by_path.keys() == PATHS.keys()
    assert all(result.writes_by_path[path] > 0 for path in PATHS), "every path writes at least once"
    assert {"done", "refused", "confirm"} <= result.statuses.keys()
    assert min(result.shifts, result.reloads, result.stopped_at_gate) > 0


def test_the_same_seed_is_the_same_run(run):
    one, two = (dataclasses.replace(run(100, seed=5), seconds=0.0) for _ in range(2))
    assert one == two


def test_without_policy_it_fails(run, monkeypatch):
    monkeypatch.setattr(Policy, "judge", lambda *_arguments, **_options: Verdict("allow"))
    monkeypatch.setattr(Policy, "judge_write", lambda *_arguments, **_options: Verdict("allow"))
    result = run(200)
    assert result.forbidden > 20
    assert result.violations[0].rule


def test_without_the_rules_on_commands_it_fails(run, monkeypatch):
    monkeypatch.setattr(Policy, "judge", lambda *_arguments, **_options: Verdict("allow"))
    assert run(200).forbidden > 10


def test_without_the_last_gate_it_fails(run, monkeypatch):
    """What changes between the verdict and the write, and what plugins write by themselves, only the gate stops."""

    def write(self, path, value, deadline_ms):
        self._car.write(path, value, deadline_ms)

    monkeypatch.setattr(GatedVehicle, "write", write)
    result = run(400)
    assert result.forbidden > 10
    assert {violation.path for violation in result.violations} >= {"plugin", "action"}
