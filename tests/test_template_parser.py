from __future__ import annotations

from cabin.messages import Command
from cabin.template_parser import TemplateParser


def test_exact_sentences_are_understood_and_say_by_whom(small_catalog):
    parser = TemplateParser(small_catalog)
    parse = parser.parse("Open the passenger window 50 percent")
    slots = {"position": "passenger", "value": 50, "unit": "percent"}
    assert parse.commands == (Command("window.open", slots, 1.0, "template"),)
    assert parse.refused is None
    assert parse.ms["total"] > 0


def test_anything_else_is_unclear(small_catalog):
    parser = TemplateParser(small_catalog)
    for text in ("let some air in", "", "🚗", "open the window and the trunk"):
        assert (parser.parse(text).commands, parser.parse(text).refused) == ((), "unclear")


def test_only_the_intents_named(small_catalog):
    parser = TemplateParser(small_catalog, ["trunk.open"])
    assert parser.match("open the window") is None
    assert parser.match("open the trunk") == (Command("trunk.open", {}, 1.0, "template"),)


def test_what_is_said_around_an_order_does_not_matter(small_catalog):
    parser = TemplateParser(small_catalog)
    for text in ("okay could you open the trunk please", "and open the trunk thank you", "Please, open the trunk!"):
        assert parser.match(text) == (Command("trunk.open", {}, 1.0, "template"),), text
    for text in ("please", "don't open the trunk please", "okay thank you"):
        assert parser.match(text) is None, text
