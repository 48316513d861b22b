from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cabin.catalog.fingerprint import check, compare, describe
from cabin.catalog.schema import Slot
from cabin.errors import ModelError, ModelMismatchError


def changed(catalog, intent, **slots):
    old = catalog.intents[intent]
    merged = {name: slot for name, slot in {**old.slots, **slots}.items() if slot is not None}
    return replace(catalog, intents={**catalog.intents, intent: replace(old, slots=merged)})


def test_a_catalog_fits_its_own_description(catalog):
    description = json.loads(json.dumps(describe(catalog)))
    difference = compare(description, catalog)
    assert difference.is_harmless
    assert not (difference.added or difference.missing)


def test_what_the_model_does_not_write_may_change(catalog):
    description = describe(catalog)
    intent = catalog.intents["fragrance.set"]
    slot = replace(intent.slots["value"], minimum=5, maximum=500)
    other = changed(catalog, "fragrance.set", value=slot)
    other = replace(
        other, signals={}, intents={n: replace(i, reply="x", sentences=(), cases=()) for n, i in other.intents.items()}
    )
    assert compare(description, other).is_harmless


def test_order_of_values_does_not_matter(catalog):
    slot = Slot("scent", "choice", ("sea_breeze", "rose"))
    assert compare(describe(catalog), changed(catalog, "fragrance.on", scent=slot)).is_harmless


def test_intents_added_and_missing_are_harmless(catalog):
    fewer = replace(catalog, intents={n: i for n, i in catalog.intents.items() if n != "fragrance.up"})
    assert compare(describe(fewer), catalog).added == ("fragrance.up",)
    assert compare(describe(catalog), fewer).missing == ("fragrance.up",)
    assert check(describe(catalog), fewer).is_harmless


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"scent": None}, "no slot 'scent' now"),
        ({"color": Slot("color", "open")}, "a new slot 'color'"),
        ({"scent": Slot("scent", "open")}, "was choice and is open"),
        ({"scent": Slot("scent", "choice", ("rose",))}, "no value 'sea_breeze'"),
        ({"scent": Slot("scent", "choice", ("rose", "sea_breeze", "pine"))}, "a new value 'pine'"),
    ],
)
def test_harm_is_told_with_the_way_out(catalog, slots, said):
    other = changed(catalog, "fragrance.on", **slots)
    assert not compare(describe(catalog), other).is_harmless
    with pytest.raises(ModelMismatchError) as caught:
        check(describe(catalog), other, "models/intent")
    assert said in str(caught.value)
    assert "cabin model build" in str(caught.value)
    assert caught.value.exit_code == 2


def test_number_words_count(catalog):
    slot = replace(catalog.intents["fragrance.set"].slots["value"], values=("max", "min", "half"))
    assert not compare(describe(catalog), changed(catalog, "fragrance.set", value=slot)).is_harmless


@pytest.mark.parametrize(
    "damage", [{}, {"format": 99, "intents": {}}, {"format": 1}, {"format": 1, "intents": {"a.b": {"c": 1}}}]
)
def test_a_damaged_description_is_an_error_of_the_model(catalog, damage):
    with pytest.raises(ModelError):
        compare(damage, catalog)
