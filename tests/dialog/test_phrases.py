from __future__ import annotations

import itertools

import pytest

from cabin.catalog.template_tree import parse_template
from cabin.dialog.phrases import MAX_EXPANSIONS, PhraseTable, expansions


def by_hassil(expression):
    from hassil import expression as tree

    if isinstance(expression, tree.TextChunk):
        return [expression.original_text]
    if isinstance(expression, tree.ListReference):
        name, slot = expression.list_name, expression.slot_name
        return [f"{{{name}}}" if name == slot else f"{{{name}:{slot}}}"]
    parts = [by_hassil(item) for item in expression.items]
    if isinstance(expression, tree.Alternative):
        return list(itertools.chain(*parts))
    return ["".join(pieces) for pieces in itertools.product(*parts)]


def test_templates_mean_what_hassil_reads_in_them(catalog):
    templates = [t for i in catalog.intents.values() for group in i.sentences for t in group.templates]
    for template in templates[::5]:
        found = expansions(template)
        if found:
            theirs = {" ".join(text.split()) for text in by_hassil(parse_template(template).expression)} - {""}
            assert set(found) == theirs, template


@pytest.mark.parametrize("template", ["(a|b", "a]", "[a", "a) b"])
def test_a_bracket_that_is_not_closed(template):
    with pytest.raises(ValueError, match=r"'[\])]'|too many"):
        expansions(template)


def test_too_many_are_none():
    assert expansions(" ".join(["(a|b)"] * 12)) != []
    assert expansions(" ".join(["(a|b)"] * 13)) == []
    assert 2**12 < MAX_EXPANSIONS < 2**13


@pytest.fixture
def table():
    table = PhraseTable({"passenger's": "passenger", "rear left": "rear_left", "left": "left"})
    table.add("[turn] the {position} one to {value}", "both")
    table.add("the left one", "as said")
    table.add("(more|less)", "plain")
    return table


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("turn the rear left one to twenty two degrees", ("both", 22.0, "degree", "rear_left")),
        ("the passenger's one to 3", ("both", 3.0, None, "passenger")),
        ("the left one", ("as said", None, None, None)),
        ("less", ("plain", None, None, None)),
    ],
)
def test_found_with_its_number_and_place(table, text, found):
    result = table.find(text.split())
    assert (result.meaning, result.value, result.unit, result.position) == found


@pytest.mark.parametrize("text", ["", "more less", "the left one to", "turn the one to 3", " ".join(["more"] * 20)])
def test_only_whole_sentences(table, text):
    assert table.find(text.split()) is None


def test_the_first_meaning_counts(table):
    table.add("more", "later")
    assert table.find(["more"]).meaning == "plain"
    assert len(table) == 5
