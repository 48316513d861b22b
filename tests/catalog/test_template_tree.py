from __future__ import annotations

import pytest

from cabin.catalog.template_tree import Reference, TemplateSyntaxError, count_references, parse_template, shape_of

POSITION, SIDE = Reference("position", "position"), Reference("side", "position")


@pytest.mark.parametrize(
    "template",
    [
        *("", "  ", "open (a", "open a)", "[]", "()", "a {", "{}", "<rule>", "{0..10:value}", "{0..10}", "a" * 3000),
        *("(" * 900 + "a" + ")" * 900, "{@a}"),
    ],
)
def test_what_is_no_template(template):
    with pytest.raises(TemplateSyntaxError):
        shape_of(template)


def test_shape():
    shape = shape_of("(open|roll down) [the] [{position}] window[s] {side:position}")
    assert shape.counts == {POSITION: (0, 1), SIDE: (1, 1)}
    assert not shape.can_be_empty
    assert shape.not_normal == ""
    assert str(SIDE) == "{side:position}"
    assert str(POSITION) == "{position}"


@pytest.mark.parametrize("template", ["[please]", "[a] [b]", "([a]|b)"])
def test_can_be_empty(template):
    assert shape_of(template).can_be_empty


@pytest.mark.parametrize(
    ("template", "char"), [("Open it", "O"), ("wi-fi", "-"), ("on, please", ","), ("50%", "%"), ("a_b", "_")]
)
def test_letters_of_no_utterance(template, char):
    assert shape_of(template).not_normal == char


def test_other_alphabets_are_fine():
    assert shape_of("öffne das fenster").not_normal == ""
    assert shape_of("창문 열어").not_normal == ""


def test_counts_of_several_references_together():
    both = frozenset((POSITION, SIDE))
    assert count_references("({position} window|window {side:position})", both) == (1, 1)
    assert count_references("[{position}] window [{side:position}]", both) == (0, 2)
    assert count_references("{position} window {side:position}", both) == (2, 2)
    assert count_references("window", both) == (0, 0)


def test_parsed_once():
    assert parse_template("open the window") is parse_template("open the window")
