from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.ambiguity import expansions, find_ambiguities
from cabin.catalog.loader import load_catalog

PLUGINS = Path(__file__).parents[2] / "plugins"


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("open it", {"open it"}),
        (
            "(open|shut) [the] {position} window[s]",
            {f"{a} {t}{{position}} window{s}" for a in ("open", "shut") for t in ("", "the ") for s in ("", "s")},
        ),
        ("(a;b)", {"a b", "b a"}),
        ("{side:position}  now", {"{side:position} now"}),
    ],
)
def test_expansions(template, sentences):
    assert set(expansions(template)) == sentences


@given(st.integers(1, 50))
def test_the_cap_holds(cap):
    found = list(expansions("(a|b|c) (a|b|c) (a|b|c) (a|b|c) (a|b|c)", cap))
    assert 0 < len(found) <= cap
    assert len(set(found)) == len(found)


def clash(write, files, sentences):
    files["sentences/x.yaml"] = sentences
    return load_catalog([write(files)], sentences=True)


def test_a_sentence_of_two_intents_is_found_with_both_places(write, files):
    catalog = clash(write, files, "device: fragrance\nintents:\n  get:\n  - (more|extra) scent\n")
    (found,) = find_ambiguities(catalog)
    assert found.sentence == "more scent"
    assert found.is_between_intents
    assert (found.first.what, found.second.what) == ("fragrance.up", "fragrance.get")
    text = str(found.problem())
    assert "fragrance.yaml:" in text
    assert "x.yaml:3" in text


def test_commands_refusals_and_combinations_are_held_against_each_other(write, files):
    files["refusals/x.yaml"] = "refusals: {chatter: [more scent, full scent]}"
    files["sentences/y.yaml"] = (
        "combined: [{calls: [{fragrance.up: {}}, {fragrance.get: {}}], sentences: [full scent]}]"
    )
    catalog = clash(write, files, "device: fragrance\nintents: {up: [more and more scent]}\n")
    assert {found.sentence for found in find_ambiguities(catalog)} == {"more scent", "full scent"}


def test_the_same_call_twice_is_no_ambiguity(write, files):
    catalog = clash(write, files, "device: fragrance\nintents: {up: [more scent, '[give me] more scent']}\n")
    assert find_ambiguities(catalog, within_intents=True) == []


def test_other_slots_of_one_intent_only_on_demand(write, files):
    catalog = clash(
        write, files, "device: fragrance\nintents: {up: [{slots: {amount: lot}, sentences: [more scent]}]}\n"
    )
    assert find_ambiguities(catalog) == []
    (found,) = find_ambiguities(catalog, within_intents=True)
    assert not found.is_between_intents


def test_no_first_party_sentence_is_claimed_by_two_intents():
    folders = [(folder.parent.name, folder) for folder in sorted(PLUGINS.glob("*/catalog"))]
    catalog = load_catalog(folders, sentences=True)
    found = find_ambiguities(replace(catalog, refusals=()))
    assert [str(item.problem()) for item in found] == []
