"""Whole files checked, the names in them included."""

from __future__ import annotations

import pytest

from cabin.config.check import check_file, config_files, kind_of
from cabin.plugins import PluginManager
from cabin.plugins.registry import Registered


@pytest.fixture
def plugins():
    manager = PluginManager()
    manager.recognizers.add(Registered("moonshine", print, "p"))
    manager.inference_backends.add(Registered("onnx", print, "p"))
    manager.vehicles.add(Registered("simulated", print, "p"))
    return manager


def told(file, plugins, environ=None):
    return [str(problem) for problem in check_file(file, plugins, environ or {})]


def test_names_that_no_plugin_registered(tmp_path, plugins):
    file = tmp_path / "cabin.yaml"
    file.write_text("recognizer:\n  name: moonshin\nparser: {backend: onx}\n")
    assert told(file, plugins) == [
        f"{file}:2: unknown recognizer 'moonshin'; expected: moonshine. Did you mean 'moonshine'?",
        f"{file}:3: unknown inference backend 'onx'; expected: onnx. Did you mean 'onnx'?",
    ]
    file.write_text("recognizer: {name: moonshine}\n")
    assert told(file, plugins) == []
    assert "environment CABIN_PARSER_BACKEND: unknown" in told(file, plugins, {"CABIN_PARSER_BACKEND": "x"})[0]


def test_an_engine_chosen_by_trial_needs_no_name(tmp_path, plugins):
    file = tmp_path / "cabin.yaml"
    file.write_text("parser: {backend: auto}\n")
    assert told(file, plugins) == []


def test_vehicle_policy_and_budgets(tmp_path, plugins):
    vehicle = tmp_path / "vehicle.yaml"
    vehicle.write_text("interface: simulatd\n")
    assert "Did you mean 'simulated'?" in told(vehicle, plugins)[0]
    policy = tmp_path / "policy.yaml"
    policy.write_text("stes: {}\n")
    assert "policy.yaml:1" in told(policy, plugins)[0]
    (tmp_path / "budgets").mkdir()
    budgets = tmp_path / "budgets" / "small.yaml"
    budgets.write_text("ready_s: -1\n")
    assert "out of range" in told(budgets, plugins)[0]


def test_kinds(tmp_path):
    assert kind_of(tmp_path / "vehicle.yaml") == "vehicle.yaml"
    assert kind_of(tmp_path / "policy.yaml") == "policy.yaml"
    assert kind_of(tmp_path / "mine.yaml") == "cabin.yaml"
    assert kind_of(tmp_path / "budgets" / "headunit.yaml") == "budgets"


def test_files_in_use(tmp_path):
    for name in ("cabin.yaml", "policy.yaml"):
        (tmp_path / name).write_text("")
    assert [file.name for file in config_files({"CABIN_CONFIG": str(tmp_path)})] == ["cabin.yaml", "policy.yaml"]
