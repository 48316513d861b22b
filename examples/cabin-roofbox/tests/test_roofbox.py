"""The roof box against the simulated car."""

from __future__ import annotations

import importlib

import pytest

from cabin.catalog.loader import load_catalog
from cabin.messages import Command
from cabin.plugins import GuardSettings, PluginManager, load_plugins
from cabin_roofbox.box import LOAD, RoofBoxConfig


@pytest.fixture
def plugins():
    manager = PluginManager()
    manager.load("roofbox", lambda: importlib.import_module("cabin_roofbox"))
    manager.register_all()
    manager.configure(GuardSettings(), {"roofbox": RoofBoxConfig(max_load_kg=50)})
    yield manager
    assert manager.faults() == []


@pytest.fixture
def catalog(plugins):
    return load_catalog(plugins.catalog_dirs(), sentences=True)


@pytest.fixture
def make_car(catalog):
    entry = load_plugins({"CABIN_LOAD_PLUGINS": "cabin_simcar"}).vehicles.get("simulated")
    cars = []

    def make(load_kg):
        cars.append(entry.thing(catalog.signals, {"initial": {LOAD: load_kg}}))
        return cars[-1]

    yield make
    for car in cars:
        car.close()


@pytest.mark.parametrize(
    ("load_kg", "reply"),
    [(30.0, "20 kilograms more fit in the roof box."), (62.5, "The roof box is 12.5 kilograms too heavy.")],
)
def test_report(plugins, catalog, make_car, load_kg, reply):
    intent = catalog.intents["roof_box.report"]
    result = plugins.call(plugins.actions.get("roofbox_report"), Command(intent.name), intent, make_car(load_kg))
    assert result.reply == reply


def test_a_box_too_heavy_stays_shut(plugins, make_car):
    assert plugins.check_policy(Command("roof_box.open"), make_car(50.0)).decision == "allow"
    assert plugins.check_policy(Command("roof_box.open"), make_car(51.0)).decision == "refuse"
    assert plugins.check_policy(Command("roof_box.close"), make_car(51.0)).decision == "allow"
