"""Built-in defaults < file < environment, with origins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cabin.config import CabinConfig, VehicleConfig, load_budgets, load_config, load_vehicle_config
from cabin.errors import ConfigError

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lamp:
    """A lamp."""

    level: int = 1


def write(tmp_path, text):
    file = tmp_path / "cabin.yaml"
    file.write_text(text)
    return file


def test_nothing_is_all_defaults():
    loaded = load_config(None, {})
    assert loaded.value == CabinConfig()
    assert set(loaded.origins.values()) == {"built-in"}


def test_a_file_over_the_defaults_and_the_environment_over_the_file(tmp_path):
    file = write(tmp_path, "recognizer:\n  threads: 2\n  n_best: 3\n")
    environ = {
        "CABIN_RECOGNIZER_THREADS": "4",
        "CABIN_RECOGNIZER_NAME": "on",
        "CABIN_PARSER_THREADS": "3",
        "HOME": "/x",
    }
    loaded = load_config(file, environ)
    recognizer = loaded.value.recognizer
    assert (recognizer.threads, recognizer.n_best, recognizer.name) == (4, 3, "on")
    assert loaded.value.parser.threads == 3
    assert loaded.origins["recognizer.threads"] == "environment CABIN_RECOGNIZER_THREADS"
    assert loaded.origins["recognizer.n_best"] == f"{file}:3"
    assert loaded.origins["recognizer.model"] == "built-in"


def test_a_mapping_from_the_environment():
    environ = {"CABIN_VEHICLE_INTERFACES": "{simulated: {tick_ms: 4}}"}
    assert dict(load_vehicle_config(None, environ).value.interfaces["simulated"]) == {"tick_ms": 4}


def test_an_empty_file(tmp_path):
    assert load_config(write(tmp_path, "# nothing\n"), {}).value == CabinConfig()


def test_all_mistakes_of_file_and_environment_at_once(tmp_path):
    file = write(
        tmp_path, "recogniser: {}\nparser:\n  threads: many\nvehicle: {}\nplugins:\n  lmap: {}\n  lamp: {level: x}\n"
    )
    environ = {"CABIN_PARSER_THREDS": "2", "CABIN_GUARD_FAULTS_ALLOWED": "0", "CABIN_ENDPOINT_END_S": "{a"}
    with pytest.raises(ConfigError) as caught:
        load_config(file, environ, {"lamp": Lamp})
    told = "\n".join(str(problem) for problem in caught.value.problems)
    for part in (
        f"{file}:1: unknown key 'recogniser'. Did you mean 'recognizer'?",
        f"{file}:3: parser.threads: text where whole number is wanted",
        f"{file}:4: key 'vehicle' is not here. The car is configured in vehicle.yaml.",
        f"{file}:6: unknown section 'plugins.lmap'. Did you mean 'lamp'?",
        f"{file}:7: plugins.lamp.level: text where whole number is wanted",
        "CABIN_PARSER_THREDS: unknown environment variable. Did you mean 'CABIN_PARSER_THREADS'",
        "environment CABIN_GUARD_FAULTS_ALLOWED: guard.faults_allowed: out of range; seen: 0; expected: 1 to 1000",
        "environment CABIN_ENDPOINT_END_S:2: not valid YAML",
    ):
        assert part in told
    assert len(caught.value.problems) == 8
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["just text", "[a, b]", "recognizer: [1]", "plugins: 3", "recognizer: moonshine"])
def test_what_is_no_mapping(tmp_path, text):
    with pytest.raises(ConfigError, match="mapping"):
        load_config(write(tmp_path, text), {})


def test_sections_of_plugins(tmp_path):
    file = write(tmp_path, "plugins:\n  lamp: {level: 3}\n")
    loaded = load_config(file, {}, {"lamp": Lamp})
    assert loaded.value.plugins["lamp"] == Lamp(3)
    assert loaded.origins["plugins.lamp.level"] == f"{file}:2"
    assert load_config(None, {"CABIN_PLUGINS_LAMP_LEVEL": "7"}, {"lamp": Lamp}).value.plugins["lamp"] == Lamp(7)
    assert load_config(None, {}, {"lamp": Lamp}).value.plugins["lamp"] == Lamp()


def test_a_rule_between_keys_is_told_at_its_key(tmp_path):
    file = write(tmp_path, "endpoint:\n  start_s: 0.1\n  pause_s: 30\n")
    with pytest.raises(ConfigError, match=rf"{file}:3: endpoint.pause_s: "):
        load_config(file, {})


def test_vehicle_config(tmp_path):
    file = tmp_path / "vehicle.yaml"
    file.write_text("units: {temperature: fahrenheit}\ninterfaces:\n  simulated: {clock: real}\n")
    loaded = load_vehicle_config(file, {"CABIN_VEHICLE_TIMES_SETTLE_MS": "900"})
    assert loaded.value.units.temperature == "fahrenheit"
    assert loaded.value.times.settle_ms == 900
    assert dict(loaded.value.interfaces["simulated"]) == {"clock": "real"}
    assert load_vehicle_config(None, {}).value == VehicleConfig()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.yaml", {})


def test_the_files_of_the_repository_are_right():
    assert load_config(ROOT / "config" / "cabin.yaml", {}).value.recognizer.name == "moonshine"
    assert load_vehicle_config(ROOT / "config" / "vehicle.yaml", {}).value.interface == "simulated"
    budgets = load_budgets(ROOT / "config" / "budgets" / "headunit.yaml")
    assert "built-in" not in budgets.origins.values()
