from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.quantization.comparing import DEFAULT_SCHEMES, compare_schemes, parse_wanted
from cabin.quantization.forcing import Agreement
from cabin.quantization.quantizing import Bench
from cabin.quantization.scheme import Scheme
from cabin.quantization.sensitivity import ProductSensitivity, Sensitivity
from cabin_onnx.quantizer import OnnxQuantizer


def test_names():
    found = parse_wanted("int8-channel, mixed-25,,int8-channel")
    assert [(each.name, each.scheme, each.share) for each in found] == [
        ("int8-channel", Scheme(), 0.0),
        ("mixed-25", None, 0.25),
    ]
    assert len(parse_wanted(DEFAULT_SCHEMES)) == 11


@pytest.mark.parametrize("text", ["mixed", "mixed-0", "mixed-100", "int8", "int8-channel;int4-group32"])
def test_wrong_names(text):
    with pytest.raises(UsageError, match="--schemes: unknown scheme"):
        parse_wanted(text)


def test_measured_once_and_kept(fp32_dir, cases, environ, tmp_path):
    told, asked = [], []
    bench = Bench(cases[:2], OnnxQuantizer(), "onnx", environ, tmp_path, lambda what, done, of: told.append(what))
    own = Agreement(0.1, 100, 90, 80)
    rows = (
        ProductSensitivity("layers.0.mlp.down", 100, 50, own),
        ProductSensitivity("layers.1.mlp.down", 100, 50, own),
    )

    def sensitivity():
        asked.append(1)
        return Sensitivity(Scheme(), Scheme("int4", "group", 32), 2, own, rows)

    wanted = parse_wanted("int8-channel,mixed-50")
    eight, mixed = compare_schemes(fp32_dir, wanted, bench, sensitivity, "a")
    assert (eight.scheme, mixed.scheme, eight.sentences) == ("int8-channel", "mixed-50", 2)
    assert mixed.mb < eight.mb
    assert mixed.bits < eight.bits < 9
    assert mixed.worst_db < eight.worst_db
    assert eight.speedup == pytest.approx(eight.fp32_p50_ms / eight.p50_ms, rel=0.05)
    told.clear()
    assert compare_schemes(fp32_dir, wanted, bench, sensitivity, "a") == [eight, mixed]
    assert (told, asked) == ([], [1])
    assert [each.suffix for each in tmp_path.iterdir()] == [".json"]
