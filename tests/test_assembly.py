from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cabin.assembly import (
    NO_MODEL,
    engines,
    open_backend,
    open_catalog,
    open_chain,
    open_parser,
    open_vehicle,
    place,
    plugin_of,
)
from cabin.config import CabinConfig, VehicleConfig
from cabin.config.sections import ParserConfig
from cabin.errors import CatalogError, ConfigError, ModelError, UsageError
from cabin.joint import ExactFirst
from cabin.messages import Command
from cabin.plugins import load_plugins
from cabin.speech.bias import BiasConfig

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({})


@pytest.fixture(scope="module")
def bare():
    return load_plugins({"CABIN_LOAD_PLUGINS": "cabin_simcar"})


def test_the_plugins_make_a_chain_that_moves_the_car(plugins):
    chain = open_chain(plugins, CabinConfig(), VehicleConfig(), model=NO_MODEL)
    turn = chain.say("open the driver window")
    chain.close()
    assert [outcome.status for outcome in turn.outcomes] == ["done"]
    assert turn.outcomes[0].changes[0].path == WINDOW


def test_a_catalog_replaces_those_of_the_plugins(bare, small_catalog_dir, small_catalog):
    chain = open_chain(bare, CabinConfig(), VehicleConfig(), model=NO_MODEL, catalogs=[small_catalog_dir])
    assert chain.executor.catalog.intents.keys() == small_catalog.intents.keys()
    assert chain.say("open the trunk").outcomes[0].status == "done"


def test_the_engine_of_the_model_is_the_one_named_or_chosen(plugins, tmp_path, monkeypatch):
    from cabin.slm import backend_choice

    monkeypatch.setattr(backend_choice, "_try_all", lambda *_: ((backend_choice.TimedBackend("numpy", 1.0, 60.0),), {}))
    monkeypatch.setattr(backend_choice, "_file", lambda *_: tmp_path / "choice.json")
    registered = plugins.inference_backends
    assert open_backend(plugins, ParserConfig(), tmp_path) is registered.get("onnx").thing
    assert open_backend(plugins, ParserConfig(backend="auto"), tmp_path) is registered.get("numpy").thing
    assert (tmp_path / "choice.json").is_file()
    assert set(engines(plugins)) >= {"onnx", "numpy", "torch"}
    assert set(engines(plugins).values()) == {"cabin"}
    with pytest.raises(ConfigError, match="Did you mean 'onnx'"):
        open_backend(plugins, ParserConfig(backend="onx"), tmp_path)


def test_python_actions_are_found_and_guarded(plugins, car):
    chain = open_chain(plugins, CabinConfig(), VehicleConfig(), model=NO_MODEL)
    outcome = chain.executor.execute(Command("horn.sound"))
    assert outcome.status == "done", outcome
    shape = chain.executor.catalog.intents["horn.sound"]
    broken = dataclasses.replace(shape, cases=(dataclasses.replace(shape.cases[0], action="no_such_action"),))
    chain.executor.catalog = dataclasses.replace(chain.executor.catalog, intents={"horn.sound": broken})
    outcome = chain.executor.execute(Command("horn.sound"))
    assert (outcome.status, "no_such_action" in outcome.reply) == ("failed", True)


def test_every_intent_of_the_first_party_catalogs_has_its_rule_set_and_action(plugins):
    chain = open_chain(plugins, CabinConfig(), VehicleConfig(), model=NO_MODEL)
    for intent in chain.executor.catalog.intents.values():
        assert intent.policy in chain.executor.policy.sets
        for case in intent.cases:
            assert case.action is None or case.action in plugins.actions, f"{intent.name}: {case.action}"


def test_an_intent_without_its_plugin_names_it(bare, small_catalog_dir):
    assert plugin_of(bare, "sunroof.open") == "cabin_body"
    assert plugin_of(bare, "teleporter.on") == ""
    chain = open_chain(bare, CabinConfig(), VehicleConfig(), model=NO_MODEL, catalogs=[small_catalog_dir])
    outcome = chain.executor.execute(Command("sunroof.open"))
    assert (outcome.status, outcome.reply) == ("unavailable", "That needs the plugin cabin_body, which is not loaded.")


def test_wrong_names_are_told(bare, small_catalog, small_catalog_dir, tmp_path):
    with pytest.raises(ConfigError, match="simulated"):
        open_vehicle(bare, VehicleConfig(interface="simulatd"), small_catalog)
    with pytest.raises(ModelError):
        open_parser(bare, CabinConfig(), small_catalog, tmp_path / "no-model")
    with pytest.raises(CatalogError):
        open_catalog(bare, [tmp_path / "no-catalog"])
    with pytest.raises(ConfigError):
        open_chain(
            bare,
            CabinConfig(),
            VehicleConfig(),
            model=NO_MODEL,
            catalogs=[small_catalog_dir],
            policy_file=tmp_path / "policy.yaml",
        )


def test_a_rule_set_that_policy_lacks_is_an_error_before_anything_is_said(bare, small_catalog_dir, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("sets: {free: {rules: []}, confirm: {rules: []}}\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"trunk\.yaml:\d+.*standstill"):
        open_chain(
            bare, CabinConfig(), VehicleConfig(), model=NO_MODEL, catalogs=[small_catalog_dir], policy_file=policy
        )


def test_the_cars_section_reaches_it(bare, small_catalog):
    config = VehicleConfig(interfaces={"simulated": {"initial": {"Vehicle.Speed": 30.0}}})
    assert open_vehicle(bare, config, small_catalog).read("Vehicle.Speed").value == 30.0
    with pytest.raises(ConfigError, match="clok"):
        open_vehicle(bare, VehicleConfig(interfaces={"simulated": {"clok": "real"}}), small_catalog)


def test_the_recognizers_model_is_looked_for_only_when_heard(bare, small_catalog_dir):
    chain = open_chain(bare, CabinConfig(), VehicleConfig(), model=NO_MODEL, catalogs=[small_catalog_dir])
    chain.say("open the window")
    with pytest.raises(ConfigError, match="moonshine"):
        chain.load()


def test_signals_are_placed_by_text(car):
    place(car, ["Vehicle.Speed=50", f"{WINDOW}=30", "Vehicle.Body.Trunk.Rear.IsOpen=on"])
    assert [car.read(path).value for path in ("Vehicle.Speed", WINDOW, "Vehicle.Body.Trunk.Rear.IsOpen")] == [
        50,
        30,
        True,
    ]


def test_all_wrong_settings_are_told_at_once(car):
    with pytest.raises(UsageError) as caught:
        place(car, ["Vehicle.Speed", "Vehicle.Sped=5", f"{WINDOW}=101"])
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "Did you mean 'Vehicle.Speed'?" in text
    assert "from 0 to 100" in text


def test_a_real_car_cannot_be_placed():
    class Real:
        name = "kuksa"

        def signals(self):
            return {}

    place(Real(), [])
    with pytest.raises(UsageError, match="kuksa"):
        place(Real(), ["Vehicle.Speed=5"])


def test_text_use_imports_no_sound_library():
    import subprocess
    import sys

    code = (
        "import sys; from cabin.cli.main import _run; _run(['say', '--model', 'none', 'open the window']);"
        "print([m for m in ('torch', 'transformers', 'sounddevice', 'onnxruntime', 'vosk') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_exact_sentences_come_first_where_there_are_few(plugins):
    """A model built of few templates is less sure of them; reading all those of the first-party devices takes long."""
    coffee = open_catalog(plugins, [Path(__file__).resolve().parents[1] / "examples" / "coffee" / "catalog"])
    assert isinstance(open_parser(plugins, CabinConfig(), coffee), ExactFirst)
    assert not isinstance(open_parser(plugins, CabinConfig(), open_catalog(plugins)), ExactFirst)
    deaf = dataclasses.replace(
        CabinConfig(), recognizer=dataclasses.replace(CabinConfig().recognizer, bias=BiasConfig("off"))
    )
    assert not isinstance(open_parser(plugins, deaf, coffee), ExactFirst)
