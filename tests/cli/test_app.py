"""What the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.cli.app import App
from cabin.errors import ConfigError


@pytest.fixture(autouse=True)
def only_the_simulated_car(monkeypatch):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar")


def test_config_comes_from_the_option(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("guard: {faults_allowed: 7, call_budget_ms: 80}\n")
    app = App()
    app.take_options(file, verbose=True)
    assert app.config.guard.faults_allowed == 7
    assert app.plugins._guard.settings.call_budget_ms == 80
    assert app.verbose


def test_vehicle_config_lies_beside_it(tmp_path):
    (tmp_path / "vehicle.yaml").write_text("interface: kuksa\n")
    app = App()
    app.take_options(tmp_path, verbose=False)
    assert app.vehicle_config.interface == "kuksa"
    assert app.config_file("policy.yaml") is None


def test_mistakes_are_raised_when_asked_for(tmp_path):
    app = App()
    app.take_options(tmp_path / "none.yaml", verbose=False)
    with pytest.raises(ConfigError, match="no such file"):
        _ = app.config


def test_models(monkeypatch):
    monkeypatch.setenv("CABIN_MODELS", "/somewhere")
    assert App().model_dir("intent") == Path("/somewhere/intent")
