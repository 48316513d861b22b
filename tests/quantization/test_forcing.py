from __future__ import annotations

import numpy as np
import pytest

from cabin.quantization.forcing import agreement, choice_log_probs, force
from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.evaluation import cases_of, evaluate
from cabin.slm.examples import Example
from cabin.slm.parser import IntentParser
from cabin_onnx.backend import OnnxBackend


@pytest.fixture(scope="module")
def sentences(examples, grammar):
    return force(examples, grammar)


@pytest.fixture(scope="module")
def thoughts(folder, sentences):
    def of(scheme: Scheme):
        engine, table = OnnxBackend(folder(scheme)), TokenTable.load(folder(scheme))
        return [choice_log_probs(sentence, table, engine) for sentence in sentences]

    return of


def test_every_choice_is_one_that_the_automaton_leaves(sentences, grammar):
    assert len(sentences) > 15
    for sentence in sentences:
        assert sentence.prompt[-1] == grammar.vocabulary.ids["call"]
        for choice in sentence.choices:
            assert len(choice.allowed) > 1
            assert choice.allowed[choice.right] == sentence.target[choice.at]
        assert sentence.choices[0].at == 0
        assert all(sentence.choices[0].of_intents)


def test_what_cannot_be_written_is_left_out(grammar):
    wrong = [Example("hello there", (("music.play", {"song": "not said"}),)), Example("hm", (("no.intent", {}),))]
    assert force(wrong, grammar) == []


def test_shares_add_up_to_one(thoughts, sentences):
    for sentence, found in zip(sentences, thoughts(Scheme("fp32")), strict=True):
        assert [len(each) for each in found] == [len(choice.allowed) for choice in sentence.choices]
        assert [float(np.exp(each).sum()) for each in found] == pytest.approx([1.0] * len(found))


def test_a_model_agrees_with_itself_and_less_with_fewer_bits(thoughts, sentences):
    reference = thoughts(Scheme("fp32"))
    itself = agreement(sentences, reference, reference)
    assert (itself.divergence, itself.same) == (0.0, 100.0)
    eight, four = (agreement(sentences, reference, thoughts(scheme)) for scheme in (Scheme(), Scheme("int4", "tensor")))
    assert 0 < eight.divergence < four.divergence
    assert four.same <= 100


def test_what_is_exact_decodes_right(folder, catalog, examples, grammar):
    """With random weights next to nothing comes out right, so the right writings are taken from the model itself."""
    where = folder(Scheme("fp32"))
    parser = IntentParser.load(where, catalog, backend=OnnxBackend)
    said = []
    for example in examples:
        found = parser.parse(example.text)
        if found.commands:
            calls = tuple((command.intent, dict(command.slots)) for command in found.commands)
            said.append(Example(example.text, calls))
    mixed = said + [example for example in examples if example.calls]
    sentences = force(mixed, grammar)
    engine, table = OnnxBackend(where), TokenTable.load(where)
    found = [choice_log_probs(sentence, table, engine) for sentence in sentences]
    got = agreement(sentences, found, found)
    writable = [example for example in mixed if force([example], grammar)]
    decoded = evaluate(parser.parse, cases_of(writable)).figures()
    assert said
    assert 0 < got.exact <= decoded["exact"] + 0.01  # the parser drops a call written twice: then only it is right
    assert got.function >= got.exact
