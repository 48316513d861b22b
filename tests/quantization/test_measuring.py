from __future__ import annotations

import json

import pytest

from cabin.quantization import measuring
from cabin.quantization.measuring import Measured, Pair, measure_pair
from cabin.quantization.scheme import Scheme
from cabin.slm.evaluation import evaluate
from cabin.slm.parser import IntentParser
from cabin_onnx.backend import OnnxBackend


def test_both_answer_the_same_sentences(folder, cases, environ, monkeypatch):
    monkeypatch.setattr(measuring, "_BLOCK", 3)
    told = []
    fp32, small = folder(Scheme("fp32")), folder(Scheme())
    pair = measure_pair(fp32, small, cases, backend="onnx", environ=environ, tell=told.append)
    assert told == [3, 4]
    for measured, where in ((pair.before, fp32), (pair.after, small)):
        assert measured.figures == evaluate(IntentParser.load(where, backend=OnnxBackend).parse, cases).figures()
        assert 0 < measured.p50_ms <= measured.p95_ms
        assert measured.prefill_tokens_per_s > 0
        assert measured.decode_tokens_per_s > 0
        assert measured.rss_mib > 10
    fields = json.loads(json.dumps(pair.to_json()))
    assert fields["held_back_sentences"] == 4
    assert fields["before"] == dict(pair.before.figures)


def test_ratios_by_hand():
    before = Measured({"function": 90.0}, 40.0, 80.0, 100.0, 20.0, 200.0, 1.0)
    after = Measured({"function": 89.5}, 10.0, 40.0, 400.0, 50.0, 100.0, 0.5)
    pair = Pair(before, after)
    assert pair.function_lost == 0.5
    assert pair.ratios() == {
        "p50_speedup": 4.0, "p95_speedup": 2.0, "prefill_speedup": 4.0, "decode_speedup": 2.5, "rss_share": 0.5,
    }  # fmt: skip
    assert Pair(after, before).function_lost == pytest.approx(-0.5)
