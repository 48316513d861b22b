from __future__ import annotations

import json

import pytest

from cabin.errors import ModelError
from cabin.quantization.quantizing import Bench, folder_bytes, quantize_measured, worst_histograms
from cabin.quantization.report import TensorError
from cabin.quantization.scheme import Scheme
from cabin.slm.package import verify
from cabin_onnx.quantizer import OnnxQuantizer


@pytest.fixture
def bench(tmp_path, environ):
    def make(cases=(), tell=lambda what, done, of: None):
        return Bench(list(cases), OnnxQuantizer(), "onnx", environ, tmp_path / "work", tell)

    return make


def test_measured_and_written(bench, fp32_dir, cases, tmp_path):
    told = []
    made = bench(cases, lambda *facts: told.append(facts))
    report = quantize_measured(fp32_dir, tmp_path / "out", Scheme(), made, max_loss=100)
    verify(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "quantization.json").read_text()) == json.loads(json.dumps(report.to_json()))
    assert report.measured["token_table"] == "int8-channel"
    assert report.measured["folder_bytes"] == folder_bytes(tmp_path / "out")
    assert told[-1] == ("measuring int8-channel beside FP32", 4, 4)
    assert list((tmp_path / "work").iterdir()) == []


def test_too_great_a_loss_leaves_the_old_model(bench, fp32_dir, cases, tmp_path):
    quantize_measured(fp32_dir, tmp_path / "out", Scheme("fp16"), bench())
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    with pytest.raises(ModelError, match=r"points of function on 4 sentences.*at most -101 \(--max-loss\)"):
        quantize_measured(fp32_dir, tmp_path / "out", Scheme(), bench(cases), max_loss=-101)
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert list((tmp_path / "work").iterdir()) == []


def test_function_of_a_scheme(bench, fp32_dir, cases):
    assert 0 <= bench(cases).function(fp32_dir, Scheme("fp32")) <= 100


def test_a_scratch_place_that_is_a_file(fp32_dir, tmp_path, environ):
    (tmp_path / "file").write_text("")
    made = Bench([], OnnxQuantizer(), "onnx", environ, tmp_path / "file", lambda *_: None)
    with pytest.raises(ModelError, match="no scratch folder can be made"):
        quantize_measured(fp32_dir, tmp_path / "out", Scheme(), made)


def test_histograms_are_of_the_worst(folder):
    names = ("layers.0.mlp.down", "layers.1.mlp.down", "layers.0.self_attn.o", "layers.1.self_attn.o")
    errors = [TensorError(name, 1, 1, noise, 1) for name, noise in zip(names, (20, 5, 999, 30), strict=True)]
    found = worst_histograms(folder(Scheme("fp32")), folder(Scheme("int4", "tensor")), errors, 2)
    assert [each.name for each in found] == ["layers.1.mlp.down", "layers.0.mlp.down"]
    for each in found:
        assert sum(each.before) == sum(each.after) == 64 * 128
        assert sum(count > 0 for count in each.after) <= 15 < sum(count > 0 for count in each.before)
