from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.slm.grammar import MAX_CALLS, CallGrammar
from cabin.slm.text import normalize
from cabin.slm.vocabulary import REFUSALS
from tests.slm import tiny

WORDS = (
    "open the left window to 50 percent and play river's quiet road by o'neil 22.5 minus five new york new d'souza é"
)
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join), st.text(max_size=30))


def walk(grammar: CallGrammar, reading, choose):
    state, written = grammar.start(), []
    for _ in range(400):
        allowed = grammar.allowed(state, reading)
        if not allowed:
            return state, written
        assert len(set(allowed)) == len(allowed)
        written.append(choose(allowed))
        state = grammar.advance(state, written[-1], reading)
    raise AssertionError("the walk does not end")


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_nothing_but_valid_calls_can_be_written(grammar, text, seed):
    reading = grammar.vocabulary.read(text)
    state, _ = walk(grammar, reading, random.Random(seed).choice)
    assert state.done
    if state.refused is not None:
        assert state.refused in REFUSALS
        assert state.calls == ()
        return
    assert 1 <= len(state.calls) <= MAX_CALLS
    for call in state.calls:
        row = {slot.name: slot for slot in grammar.spec.slots[call.intent]}
        names = [name for name, _ in call.slots]
        assert names == [name for name in row if name in names], "slots stand in their order, each once"
        pointers = dict(call.pointers)
        for name, value in call.slots:
            if name in pointers:
                assert row[name].kind == "number"
                assert value == reading.numbers[pointers[name]].value
            elif row[name].kind == "open" and value not in row[name].values:
                copied = grammar.vocabulary.read(str(value)).words
                spans = [reading.words[at : at + len(copied)] for at in range(len(reading.words))]
                assert copied in spans or normalize(str(value)) in normalize(text)
                assert str(value).strip()
            else:
                assert value in row[name].values


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_what_was_copied_are_whole_words(grammar, text, seed):
    """The first word to copy is drawn, then copying goes on as long as chance wants."""
    reading = grammar.vocabulary.read(text)
    ids, rng = grammar.vocabulary.ids, random.Random(seed)
    if not reading.words:
        return
    wanted = [ids["device:music"], ids["action:play"], ids["open:song"]]

    def choose(allowed):
        return wanted.pop(0) if wanted else rng.choice(allowed)

    state, _ = walk(grammar, reading, choose)
    song = dict(state.calls[0].slots)["song"]
    words = grammar.vocabulary.read(str(song)).words
    assert any(reading.words[at : at + len(words)] == words for at in range(len(reading.words)))


def test_a_number_can_only_be_one_that_was_said(grammar):
    ids = grammar.vocabulary.ids
    reading = grammar.vocabulary.read("twenty or 25 degrees")
    state = grammar.advance(grammar.advance(grammar.start(), ids["device:heat"], reading), ids["action:set"], reading)
    assert set(grammar.allowed(state, reading)) == {
        ids[name] for name in ("value=max", "value=min", "value#0", "value#1")
    }
    written = grammar.advance(state, ids["value#1"], reading)
    assert (written.calls[0].slots, written.calls[0].pointers) == ((("value", 25),), (("value", 1),))


def test_a_call_can_end_when_its_required_number_was_not_said(grammar):
    ids = grammar.vocabulary.ids
    reading = grammar.vocabulary.read("the window")
    state = grammar.start()
    for name in ("device:window", "action:open"):
        state = grammar.advance(state, ids[name], reading)
    assert ids["end"] in grammar.allowed(state, reading)
    assert not any(grammar.vocabulary.name(token).startswith("value#") for token in grammar.allowed(state, reading))


def test_words_cannot_stand_outside_a_copy(grammar):
    reading = grammar.vocabulary.read("open it")
    with pytest.raises(ValueError, match="cannot follow"):
        grammar.advance(grammar.start(), reading.tokens[0], reading)


def test_only_words_of_the_utterance_can_be_copied(grammar):
    ids = grammar.vocabulary.ids
    reading, other = grammar.vocabulary.read("play river"), grammar.vocabulary.read("road")
    state = grammar.start()
    for name in ("device:music", "action:play", "open:song"):
        state = grammar.advance(state, ids[name], reading)
    with pytest.raises(ValueError, match="does not continue"):
        grammar.advance(state, other.tokens[0], reading)


def test_no_more_than_so_many_calls(grammar):
    ids = grammar.vocabulary.ids
    reading = grammar.vocabulary.read("warmer")
    state = grammar.start()
    for at in range(MAX_CALLS):
        for name in (["and"] if at else []) + ["device:heat", "action:up"]:
            assert ids[name] in grammar.allowed(state, reading)
            state = grammar.advance(state, ids[name], reading)
    assert grammar.allowed(state, reading) == [ids["end"]]


def test_the_tiny_specification_has_all_kinds(catalog):
    kinds = {slot.kind for row in tiny.spec(catalog).slots.values() for slot in row}
    assert kinds == {"choice", "number", "open"}
