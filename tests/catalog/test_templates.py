from __future__ import annotations

import pytest

from cabin.catalog.templates import TemplateMatcher


def match(catalog, text):
    found = TemplateMatcher(catalog).match(text)
    return None if found is None else (found.intent.partition(".")[2], dict(found.slots))


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("turn on the scent diffuser", "on", {}),
        ("Turn on the front scent diffuser!", "on", {"position": "front"}),
        ("i want the smell of the sea", "on", {"scent": "sea_breeze"}),
        ("make it smell of roses", "on", {"scent": "rose"}),
        ("set the scent to five", "set", {"value": 5}),
        ("set the scent strength to 5", "set", {"value": 5}),
        ("set the scent to five percent", "set", {"value": 5, "unit": "percent"}),
        ("set the scent to 50%", None, None),
        ("scent strength four percent", "set", {"value": 4, "unit": "percent"}),
        ("set the scent to two point five", "set", {"value": 2.5}),
        ("set the scent to level 3", None, None),
        ("set the scent to three degrees", None, None),
        ("full scent", "set", {"value": "max"}),
        ("tell mom about the scent", "note", {"person": "mom"}),
        ("tell my aunt in leeds about the scent", "note", {"person": "my aunt in leeds"}),
        ("tell bob that the scent is far too sweet", "note", {"person": "bob", "text": "far too sweet"}),
        ("tell doctor smith too strong right now", "note", {"person": "doctor smith", "text": "too strong"}),
        ("more scent please", None, None),
        ("please more scent", None, None),
        ("more", None, None),
        ("", None, None),
        ("\U0001f600", None, None),
        ("more scents", None, None),
        ("x" * 10_000, None, None),
        ("more scent " * 1000, None, None),
    ],
)
def test_match(catalog, text, intent, slots):
    if text == "set the scent to 50%":
        found = TemplateMatcher(catalog).match(text)
        assert found is not None
        assert found.out_of_range == ("value",)
        return
    assert match(catalog, text) == (None if intent is None else (intent, slots))


def test_a_number_out_of_range_is_understood_and_told(catalog):
    found = TemplateMatcher(catalog).match("set the scent to two hundred")
    assert found is not None
    assert found.slots == {"value": 200}
    assert found.out_of_range == ("value",)


def test_halfway_is_percent(catalog):
    found = TemplateMatcher(catalog).match("set the scent to half")
    assert found is not None
    assert found.slots == {"value": 50, "unit": "percent"}


def test_only_the_intents_asked_for(catalog):
    matcher = TemplateMatcher(catalog, ["fragrance.up"])
    assert matcher.match("more scent") is not None
    assert matcher.match("full scent") is None
    assert TemplateMatcher(catalog, []).match("more scent") is None
    assert TemplateMatcher(catalog, ["nothing.known"]).match("more scent") is None


def test_the_command_says_who_understood_it(catalog):
    found = TemplateMatcher(catalog).match("more scent")
    assert found is not None
    command = found.command()
    assert (command.intent, command.by, command.confidence) == ("fragrance.up", "template", 1.0)


def test_the_template_that_says_most_wins(catalog):
    readings = TemplateMatcher(catalog).matches("tell mom that the scent is nice right now")
    assert {tuple(sorted(reading.slots.items())) for reading in readings} >= {
        (("person", "mom"), ("text", "nice right now")),
    }
    best = TemplateMatcher(catalog).match("tell mom that the scent is nice right now")
    assert best is not None
    assert best.slots == {"person": "mom", "text": "nice right now"}
