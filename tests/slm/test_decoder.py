from __future__ import annotations

import math

import numpy as np
import pytest

from cabin.slm.decoder import decode
from cabin.slm.embedding import TokenTable
from cabin.slm.encoding import encode_calls
from cabin_onnx.backend import OnnxBackend


class Counting(OnnxBackend):
    """Counts the runs of the network and what was fed."""

    runs = 0
    fed = 0

    def step(self, embeddings):
        self.runs += 1
        self.fed += len(embeddings)
        return super().step(embeddings)


def test_only_choices_run_the_network_and_no_token_is_fed_twice(grammar, model_dir):
    reading = grammar.vocabulary.read("open the left window to 20 percent")
    backend = Counting(model_dir)
    decoded = decode(reading, grammar, TokenTable.load(model_dir), backend)
    assert decoded.state.done
    assert backend.runs == len(decoded.choices)
    written = len(decoded.choices) if decoded.state.refused else sum(2 + len(c.slots) for c in decoded.state.calls)
    assert backend.fed >= len(reading.tokens) + 1
    assert backend.fed <= len(reading.tokens) + 1 + 96
    assert written >= 1


def test_the_probability_is_that_of_the_greedy_path(grammar, model_dir):
    reading = grammar.vocabulary.read("make it warmer")
    table = TokenTable.load(model_dir)
    decoded = decode(reading, grammar, table, OnnxBackend(model_dir))
    backend = OnnxBackend(model_dir)
    hidden = backend.step(table.embed([*reading.tokens, grammar.vocabulary.ids["call"]]))[-1]
    allowed = grammar.allowed(grammar.start(), reading)
    scores = table.score(hidden, allowed).astype(np.float64)
    shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    first = decoded.choices[0]
    assert first.token == allowed[int(shares.argmax())]
    assert first.runner_up == allowed[int(np.argsort(shares)[-2])]
    assert first.log_prob == pytest.approx(math.log(shares.max()), abs=1e-6)
    assert decoded.log_prob == pytest.approx(sum(choice.log_prob for choice in decoded.choices))
    assert decoded.log_prob <= 0


def test_tokens_without_alternative_are_not_asked_for(grammar, model_dir):
    """Once "device:music" is chosen, its one action is forced; a copy of one word has no choice but its end."""
    table = TokenTable.load(model_dir)
    reading = grammar.vocabulary.read("play river")
    wanted = encode_calls([("music.play", {"song": "river"})], reading, grammar.spec, grammar.vocabulary)

    class Willed:
        def embed(self, tokens):
            return table.embed(tokens)

        def score(self, hidden, allowed):
            return np.array([1.0 if token in wanted else 0.0 for token in allowed], np.float32)

    decoded = decode(reading, grammar, Willed(), OnnxBackend(model_dir))
    chosen = [choice.token for choice in decoded.choices]
    assert grammar.vocabulary.ids["device:music"] in chosen
    assert grammar.vocabulary.ids["action:play"] not in chosen
