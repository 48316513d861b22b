from __future__ import annotations

from itertools import islice

import pytest
import torch

from cabin.errors import ModelError
from cabin.slm.callspec import CallSpec
from cabin.slm.encoding import EncodingError
from cabin.slm.examples import Example
from cabin.slm.grammar import CallGrammar
from cabin.slm.training.batches import check_writable, collate, encode, stream_batches

EXAMPLES = [
    Example("open the left window", (("window.open", {"position": "left"}),)),
    Example("play quiet river by road", (("music.play", {"song": "quiet river", "artist": "road"}),)),
    Example("who made the river", refused="question"),
]


def test_choices_point_at_the_state_that_decides(grammar):
    ids = grammar.vocabulary.ids
    item = encode(EXAMPLES[0], grammar)
    prompt = [*grammar.vocabulary.read(EXAMPLES[0].text).tokens, ids["call"]]
    assert list(item.tokens[: len(prompt)]) == prompt
    assert list(item.tokens[len(prompt) :]) == [ids["device:window"], ids["action:open"], ids["position=left"]]
    assert [column for column, _, _ in item.choices] == [len(prompt) - 1 + at for at in range(4)]
    wanted = [ids[name] for name in ("device:window", "action:open", "position=left", "end")]
    assert [allowed[right] for _, allowed, right in item.choices] == wanted


def test_a_refusal_is_one_choice(grammar):
    item = encode(EXAMPLES[2], grammar)
    ((_, allowed, right),) = item.choices
    assert grammar.vocabulary.name(allowed[right]) == "refuse:question"
    assert item.tokens[-1] == grammar.vocabulary.ids["call"]


def test_a_batch_holds_every_choice(grammar):
    items = [encode(example, grammar) for example in EXAMPLES]
    batch = collate(items)
    flat = [(row, *choice) for row, item in enumerate(items) for choice in item.choices]
    assert len(batch.targets) == len(flat)
    for at, (row, column, allowed, right) in enumerate(flat):
        ids = batch.vocabulary[batch.allowed[at][: len(allowed)]]
        assert (int(batch.rows[at]), int(batch.columns[at]), tuple(ids.tolist())) == (row, column, allowed)
        assert int(batch.targets[at]) == right
        assert (batch.allowed[at][len(allowed) :] == -1).all()
    for row, item in enumerate(items):
        assert batch.tokens[row].tolist() == [*item.tokens, *[0] * (batch.tokens.shape[1] - len(item.tokens))]


def test_what_cannot_be_written_is_left_out(grammar):
    bad = Example("open it", (("window.open", {"value": 30}),))
    with pytest.raises(EncodingError):
        encode(bad, grammar)
    batches = list(stream_batches([bad, *EXAMPLES, bad], grammar, 3, pool=1))
    assert [len(batch.tokens) for batch in batches] == [3]


def test_the_stream_is_reproducible(corpus, grammar):
    def first(seed):
        stream = stream_batches(corpus.stream("train", 1), grammar, 4, pool=3, seed=seed)
        return [batch.tokens for batch in islice(stream, 5)]

    assert all(torch.equal(a, b) for a, b in zip(first(1), first(1), strict=True))
    assert [batch.tolist() for batch in first(1)] != [batch.tolist() for batch in first(3)]


def test_a_model_that_knows_none_of_the_calls_is_told(corpus, grammar, vocabulary, tmp_path):
    check_writable(corpus, grammar, tmp_path)
    with pytest.raises(ModelError, match=r"no sentence can be written.*--catalog"):
        check_writable(corpus, CallGrammar(CallSpec({}), vocabulary), tmp_path)
