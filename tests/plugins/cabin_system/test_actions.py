"""The action that only answers."""

from __future__ import annotations

from cabin.catalog.loader import load_catalog
from cabin.messages import Command
from cabin.vehicle.action import ActionResult
from cabin_simcar.car import SimulatedCar
from cabin_system import actions, catalog_dirs, register_actions


def test_answering_changes_nothing() -> None:
    catalog = load_catalog(catalog_dirs())
    car = SimulatedCar(catalog.signals)
    before = car.snapshot()
    for name in ("assistant.help", "assistant.cancel", "display.set"):
        assert actions.answer_only(Command(name), catalog.intents[name], car) == ActionResult()
    assert car.snapshot() == before


def test_every_action_that_the_catalog_names_is_registered() -> None:
    catalog = load_catalog(catalog_dirs())
    registered = {}
    register_actions(lambda name, thing, summary="": registered.update({name: thing}))
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)
