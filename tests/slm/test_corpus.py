from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from cabin.errors import CatalogError
from cabin.slm.corpus import Corpus
from cabin.slm.encoding import EncodingError
from cabin.slm.text import normalize
from cabin.slm.training.batches import encode

COUNT = 3000


@pytest.fixture(scope="module")
def corpus(catalog):
    return Corpus(catalog, seed=1)


@pytest.fixture(scope="module")
def train(corpus):
    return list(islice(corpus.stream("train", 1), COUNT))


@pytest.fixture(scope="module")
def held_back(corpus):
    return list(islice(corpus.stream("held_back", 1), 500))


def templates(examples):
    return {template for example in examples for template in example.template.split(" + ")}


def test_the_same_seed_gives_the_same_text(catalog, train):
    assert list(islice(Corpus(catalog, seed=1).stream("train", 1), 300)) == train[:300]


def test_drawing_one_stream_does_not_disturb_another(catalog, train):
    other = Corpus(catalog, seed=1)
    stream = other.stream("train", 1)
    first = list(islice(stream, 100))
    list(islice(other.stream("held_back", 5), 100))
    assert first + list(islice(stream, 100)) == train[:200]


def test_other_seeds_give_other_text(catalog, corpus, train):
    assert [e.text for e in islice(corpus.stream("train", 2), 50)] != [e.text for e in train[:50]]
    assert [e.text for e in islice(Corpus(catalog, seed=2).stream("train", 1), 50)] != [e.text for e in train[:50]]


def test_held_back_patterns_are_never_trained_on(train, held_back):
    assert templates(held_back)
    assert not templates(train) & templates(held_back)


def test_shares(train):
    shares = Counter("refused" if e.refused else "one" if len(e.calls) == 1 else "many" for e in train)
    assert 0.25 < shares["refused"] / COUNT < 0.36
    assert 0.06 < shares["many"] / COUNT < 0.15
    assert {e.refused for e in train} >= {"out_of_scope", "question", "chatter", "unclear", "impossible", None}
    reasons = Counter(e.refused for e in train if e.refused)
    assert reasons["out_of_scope"] > reasons["question"] > reasons["unclear"]


def test_nearly_every_sentence_can_be_written(grammar, train, held_back):
    failed = 0
    for example in (*train, *held_back):
        try:
            encode(example, grammar)
        except EncodingError:
            failed += 1
    assert failed < 0.01 * (len(train) + len(held_back))


def test_text_is_normalized_and_open_slots_are_words_of_it(train):
    for example in train:
        assert normalize(example.text) == example.text
        said = f" {example.text.replace(chr(39) + 's', chr(32) + chr(39) + 's')} "
        for intent, slots in example.calls:
            for name in ("song", "artist"):
                if slots.get(name, "something") != "something":
                    assert intent == "music.play"
                    assert f" {str(slots[name]).replace(chr(39) + 's', chr(32) + chr(39) + 's')} " in said, example


def test_names_that_no_list_holds_are_mixed_in(catalog, train):
    listed = set(catalog.lists["song"].entries) | {"something"}
    songs = [slots["song"] for example in train for _, slots in example.calls if "song" in slots]
    unknown = [song for song in songs if song not in listed]
    assert 0.03 < len(unknown) / len(songs) < 0.5  # a quarter of the mixed names, the rest is listed


def test_numbers_are_within_their_range_and_units_are_those_said(train):
    heats = [(e.text, s) for e in train for intent, s in e.calls if intent == "heat.set" and s["value"] != "max"]
    assert heats
    for text, slots in heats:
        assert 16 <= slots["value"] <= 28
        if "unit" in slots:
            assert "degree" in text or "celsius" in text or "centigrade" in text


def test_every_example_knows_its_pattern(train):
    assert all(example.template and ":" in example.where for example in train)


def test_the_digest_depends_on_the_sentences_alone(catalog, corpus):
    assert Corpus(catalog, seed=9).digest == corpus.digest
    fewer = replace(catalog, refusals=catalog.refusals[:-1])
    assert Corpus(fewer, seed=1).digest != corpus.digest
    assert Corpus(fewer).patterns < corpus.patterns


def test_a_catalog_too_small_to_hold_sentences_back_is_told(catalog):
    up = catalog.intents["heat.up"]
    (group,) = up.sentences
    alone = replace(up, sentences=(replace(group, templates=("make it warmer",)),))
    corpus = Corpus(replace(catalog, intents={"heat.up": alone}, refusals=(), combinations=()))
    assert next(corpus.stream("train", 1)).calls == (("heat.up", {}),)
    with pytest.raises(CatalogError, match="too few sentences"):
        next(corpus.stream("held_back", 1))


def test_where_no_command_is_held_back_others_of_their_sentences_are(catalog):
    """A catalog of one template: its model must not be measured and calibrated on refusals alone."""
    up = catalog.intents["heat.up"]
    (group,) = up.sentences
    alone = replace(up, sentences=(replace(group, templates=("make it warmer",)),))
    few = Corpus(replace(catalog, intents={"heat.up": alone}, combinations=()))
    found = list(islice(few.stream("held_back", 1), 100))
    assert any(example.calls for example in found)
    assert any(example.refused for example in found)
