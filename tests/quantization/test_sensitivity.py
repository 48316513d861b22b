from __future__ import annotations

import json

import pytest

from cabin.errors import ModelError
from cabin.quantization.forcing import force
from cabin.quantization.scheme import Scheme
from cabin.quantization.sensitivity import measure_sensitivity
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer

LOW = Scheme("int4", "group", 32)


@pytest.fixture(scope="module")
def measure(examples, grammar, fp32_dir):
    sentences = force(examples, grammar)

    def run(work, tell=lambda done, of: None, source=fp32_dir):
        return measure_sensitivity(
            source, sentences, Scheme(), LOW, quantizer=OnnxQuantizer(), backend=OnnxBackend, work=work, tell=tell
        )

    return run


@pytest.fixture(scope="module")
def table(measure, tmp_path_factory):
    return measure(tmp_path_factory.mktemp("work"))


def test_every_product_has_its_price_cheapest_first(table):
    assert len(table.products) == 8
    assert [row.price for row in table.products] == sorted(row.price for row in table.products)
    assert all(row.agreement.divergence > 0 and row.saved > 0 for row in table.products)
    assert {row.name for row in table.products} >= {"layers.0.self_attn.qkv", "layers.1.mlp.down"}
    assert table.reference.same == 100


def test_as_json(table):
    fields = json.loads(json.dumps(table.to_json()))
    assert (fields["high"], fields["low"]) == ("int8-channel", "int4-group32")
    assert fields["products"][0].keys() == {
        "name", "bytes_high", "bytes_low", "saved", "divergence", "same", "function", "exact",
    }  # fmt: skip


def test_what_was_measured_is_kept_when_cut_short(measure, tmp_path, table):
    class Stop(Exception):
        pass

    def stop(done, of):
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        measure(tmp_path, stop)
    (kept,) = tmp_path.iterdir()
    known = json.loads(kept.read_text())
    assert len(known) == 3
    known[next(iter(known))]["divergence"] = 77.0  # so that it shows whether it is measured again
    kept.write_text(json.dumps(known))
    again = measure(tmp_path)
    divergences = {row.name: row.agreement.divergence for row in again.products}
    assert divergences.pop(next(iter(known))) == 77.0
    assert divergences == {name: pytest.approx(d) for name, d in _divergences(table).items() if name in divergences}


def _divergences(table):
    return {row.name: row.agreement.divergence for row in table.products}


def test_a_source_that_is_none(measure, tmp_path):
    with pytest.raises(ModelError):
        measure(tmp_path, source=tmp_path)
