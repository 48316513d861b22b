"""The actions that the catalog names are those that the plugin registers."""

from __future__ import annotations

from cabin.catalog.schema import Catalog
from cabin.vehicle.action import Action
from cabin_body import register_actions


def test_every_action_that_the_catalog_names_is_registered(catalog: Catalog) -> None:
    registered: dict[str, Action] = {}

    def register(name: str, thing: Action, summary: str = "") -> None:
        assert summary
        registered[name] = thing

    register_actions(register)
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)
