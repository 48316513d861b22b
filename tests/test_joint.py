from __future__ import annotations

import math

import pytest

from cabin.joint import ExactFirst, understand
from cabin.messages import Command, Hypothesis, Parse, Transcript
from cabin.template_parser import TemplateParser


class Model:
    """A parser that knows a confidence for each text, and notes what it was asked."""

    def __init__(self, **confidences: float) -> None:
        self.confidences = {text.replace("_", " "): value for text, value in confidences.items()}
        self.asked: list[str] = []

    def parse(self, text: str) -> Parse:
        self.asked.append(text)
        return Parse(text, (Command("trunk.open", {}),), confidence=self.confidences.get(text, 0.5))


def heard(*readings: tuple[str, float], evidence: float | None = None) -> Transcript:
    return Transcript(tuple(Hypothesis(*reading) for reading in readings), "test", catalog_evidence=evidence)


def test_nothing_heard_is_chatter():
    assert understand(Model(), heard()) == (heard(), Parse("", refused="chatter"))


def test_the_product_of_both_decides():
    model = Model(open_the_trunk=0.9, hope_the_trunk=0.01)
    transcript, parse = understand(model, heard(("hope the trunk", -1.0), ("open the trunk", -2.0)))
    assert parse.text == "open the trunk"
    assert [h.text for h in transcript.hypotheses] == ["open the trunk", "hope the trunk"]


def test_what_cannot_win_is_not_parsed():
    model = Model(first=math.exp(-1))
    understand(model, heard(("first", -1.0), ("second", -1.5), ("third", -2.5)))
    assert model.asked == ["first", "second"]


@pytest.mark.parametrize(("evidence", "asked"), [(0.0, []), (-0.4, []), (None, ["open the trunk"])])
def test_an_exact_sentence_of_a_catalog_that_was_spoken_to_needs_no_model(small_catalog, evidence, asked):
    model = Model()
    parser = ExactFirst(model, TemplateParser(small_catalog))
    _, parse = understand(parser, heard(("open the trunk", -1.0), evidence=evidence))
    assert model.asked == asked
    assert parse.commands[0].intent == "trunk.open"
    assert parse.commands[0].by == ("model" if asked else "template")


def test_other_wording_is_for_the_model(small_catalog):
    model = Model()
    parser = ExactFirst(model, TemplateParser(small_catalog))
    _, parse = understand(parser, heard(("let me at my shopping", -1.0), evidence=-3.0))
    assert model.asked == ["let me at my shopping"]
    assert parse.confidence == 0.5
    assert parser.parse("x").text == "x"
    assert parser.parse_exact("open the trunk").commands[0].confidence == 1.0
    assert parser.parse_exact("let me at my shopping") is None
