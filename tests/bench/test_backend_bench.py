from __future__ import annotations

import os

import pytest

from cabin.bench.backend_bench import measure_backends
from cabin.quantization.scheme import Scheme
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture
def folder(tmp_path):
    catalog = tiny.load(tiny.write_catalog(tmp_path / "catalog"))
    OnnxQuantizer().quantize(tiny.write_fp32(tmp_path / "fp32", catalog), tmp_path / "model", Scheme())
    return tmp_path / "model"


def test_engines_side_by_side(folder):
    environ = {**os.environ, "CABIN_LOAD_PLUGINS": "cabin_onnx,cabin_numpy"}
    found, left_out = measure_backends(folder, ["numpy", "onnx", "none"], ["open the left window"], environ, rounds=2)
    assert list(found) == ["numpy", "onnx"]
    assert "unknown inference backend 'none'" in left_out["none"]
    first, second = found.values()
    assert (first.p50_ratio, first.rss_ratio) == (1.0, 1.0)
    assert second.rss_ratio == pytest.approx(second.rss_mib / first.rss_mib, abs=0.01)
    for each in found.values():
        assert 0 < each.p50_ms <= each.p95_ms
        assert each.prefill_tokens_per_s > 0
        assert each.decode_tokens_per_s > 0
        assert each.rss_mib > 20
