from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.catalog.loader import load_catalog
from cabin.catalog.sampling import SaidNumber, Sampler, expand
from cabin.catalog.schema import Catalog, Intent, Place, SentenceGroup, Slot, WordList
from cabin.catalog.template_tree import shape_of
from cabin.catalog.templates import TemplateMatcher
from cabin.errors import CatalogError
from cabin.slm.numbers import say_number

WORDS = st.sampled_from(["open", "window", "please", "roll down", "it's", "the"])
SLOTS = {
    "position": Slot("position", "choice", ("driver", "rear_left")),
    "value": Slot("value", "number", ("max",), -20, 120),
    "unit": Slot("unit", "unit", ("percent",)),
}
LISTS = {
    "position": WordList("position", {"driver": ("driver", "driver's side"), "rear_left": ("rear left",)}, "position")
}


def templates(depth: int = 3):
    leaf = st.one_of(WORDS, WORDS, st.sampled_from(["{position}", "{value}"]))
    if depth == 0:
        return leaf
    inner = templates(depth - 1)
    return st.one_of(
        leaf,
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"({'|'.join(items)})"),
        inner.map(lambda item: f"[{item}]"),
        inner.map(lambda item: f"seat[s] {item}"),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: f"({';'.join(items)})"),
    )


def catalog_of(template: str) -> Catalog:
    group = SentenceGroup({}, (template,), Place(Path("x.yaml"), 1))
    intent = Intent("window.open", "open", SLOTS, (), "free", "Yes.", (group,), Place(Path("x.yaml"), 1))
    return Catalog({intent.name: intent}, {}, LISTS)


@given(templates(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_what_is_sampled_matches_its_own_template(template, seed):
    """Whatever comes out of a template goes back in, with the same slots."""
    template = f"window {template} open"
    if any(most > 1 for _, most in shape_of(template).counts.values()):
        return
    catalog = catalog_of(template)
    intent = catalog.intents["window.open"]
    sample = Sampler(catalog).group(intent, intent.sentences[0], random.Random(seed))
    found = [dict(match.slots) for match in TemplateMatcher(catalog).matches(sample.text)]
    assert dict(sample.calls[0].slots) in found, (sample, found)


def test_every_alternative_is_equally_likely():
    rng = random.Random(1)
    seen = Counter(" ".join("".join(map(str, expand("(a|b|c) [d]", rng))).split()) for _ in range(6000))
    assert set(seen) == {"a", "b", "c", "a d", "b d", "c d"}
    assert min(seen.values()) > 850
    assert max(seen.values()) < 1150


def test_permutations_take_every_order():
    rng = random.Random(1)
    seen = {" ".join("".join(map(str, expand("(a;b;c)", rng))).split()) for _ in range(300)}
    assert seen == {"a b c", "a c b", "b a c", "b c a", "c a b", "c b a"}


@pytest.mark.parametrize("make", [random.Random, np.random.default_rng])
def test_the_same_seed_gives_the_same_sentences(catalog, make):
    def draw():
        rng = make(5)
        return [Sampler(catalog).group(i, g, rng) for i in catalog.intents.values() for g in i.sentences]

    assert draw() == draw()


def test_slots_and_spans(catalog):
    intent = catalog.intents["fragrance.note"]
    sample = Sampler(catalog).template(intent, "tell {person} that the scent is {text}", {}, random.Random(2))
    (call,) = sample.calls
    assert set(call.slots) == set(call.spans) == {"person", "text"}
    for slot, (start, end) in call.spans.items():
        assert sample.text[start:end] == call.slots[slot]
        first, last = sample.word_span((start, end))
        assert " ".join(sample.text.split()[first:last]) == call.slots[slot]


def test_a_listed_value_that_is_said_otherwise_has_no_span(catalog):
    intent = catalog.intents["fragrance.on"]
    sampler, rng = Sampler(catalog), random.Random(3)
    samples = [sampler.template(intent, "i want the smell of {scent}", {}, rng) for _ in range(100)]
    assert {s.calls[0].slots["scent"] for s in samples} == {"rose", "sea_breeze"}
    assert {s.text for s in samples} == {
        f"i want the smell of {words}" for words in ("rose", "roses", "the sea", "sea breeze")
    }
    assert not any(s.calls[0].spans for s in samples)


def test_units_come_from_the_caller_or_from_the_template(catalog):
    asked = []

    def number(rng, slot, units):
        asked.append(units)
        return SaidNumber("five percent" if units else "five", 5, "percent" if units else None)

    sampler, intent = Sampler(catalog, number), catalog.intents["fragrance.set"]
    free = sampler.template(intent, "set the scent to {value}", {}, random.Random(1))
    literal = sampler.template(intent, "scent strength {value} percent", {}, random.Random(1))
    assert free.text == "set the scent to five percent"
    assert literal.text == "scent strength five percent"
    assert free.calls[0].slots == literal.calls[0].slots == {"value": 5, "unit": "percent"}
    assert asked == [("percent", "level"), ()]
    fixed = sampler.template(intent, "scent {value}", {"unit": "level"}, random.Random(1))
    assert fixed.calls[0].slots == {"value": 5, "unit": "level"}


@given(st.integers(0, 2**32))
def test_numbers_stay_in_range(seed):
    catalog = catalog_of("open {value}")
    intent = catalog.intents["window.open"]
    sample = Sampler(catalog).group(intent, intent.sentences[0], random.Random(seed))
    value = sample.calls[0].slots["value"]
    assert -20 <= value <= 120
    assert sample.text == f"open {say_number(value)}"


def test_combined_and_refused(write, files):
    files["sentences/x.yaml"] = """
combined:
  - calls: [{fragrance.on: {scent: "{scent}"}}, {fragrance.set: {}}]
    sentences: ["smell of {scent} at {value} percent"]
"""
    files["refusals/x.yaml"] = "refusals:\n  question:\n  - why {scent} at {value}\n"
    catalog = load_catalog([write(files)], sentences=True)
    sampler = Sampler(catalog, lambda rng, slot, units: SaidNumber("three", 3))
    sample = sampler.combination(catalog.combinations[0], random.Random(1))
    assert [call.intent for call in sample.calls] == ["fragrance.on", "fragrance.set"]
    assert sample.calls[1].slots == {"value": 3, "unit": "percent"}
    assert sample.calls[0].slots["scent"] in ("rose", "sea_breeze")
    refusal = sampler.refusal(catalog.refusals[0], random.Random(1))
    assert refusal.refused == "question"
    assert refusal.calls == ()
    assert refusal.text.endswith(" at three")


def test_an_open_slot_without_a_list_takes_words_from_other_lists(catalog):
    intent = Intent("a.b", "a", {"thing": Slot("thing", "open")}, (), "free", "", (), Place(Path("x.yaml"), 1))
    sample = Sampler(catalog).template(intent, "find {thing}", {}, random.Random(1))
    assert sample.calls[0].slots["thing"] == sample.text.removeprefix("find ")


def test_a_reference_without_a_slot_is_an_error(catalog):
    with pytest.raises(CatalogError, match="person"):
        Sampler(catalog).template(catalog.intents["fragrance.on"], "call {person}", {}, random.Random(1))
