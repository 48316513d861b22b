"""What quantizers share; what they write with it is in tests/plugins."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.errors import ModelError, UsageError
from cabin.quantization import mapping
from cabin.quantization.model_folder import check_overrides, packed_products, read_weights, write_model
from cabin.quantization.report import QuantizationReport
from cabin.quantization.scheme import Scheme
from cabin.slm.package import read_info, verify
from cabin.slm.stored_decoder import tensor_shapes


def test_products_are_packed_as_they_are_stored(fp32_dir):
    weights = read_weights(fp32_dir, Scheme())
    architecture = read_info(fp32_dir).architecture
    products = packed_products(weights, architecture.layers)
    shapes = {name: shape[::-1] for name, shape in tensor_shapes(architecture).items() if len(shape) == 2}
    assert {name: matrix.shape for name, matrix in products.items()} == shapes
    qkv, width = products["layers.1.self_attn.qkv"], architecture.kv_heads * architecture.head_size
    assert (qkv[: architecture.hidden] == weights["layers.1.self_attn.q_proj.weight"]).all()
    assert (qkv[-width:] == weights["layers.1.self_attn.v_proj.weight"]).all()
    gate_up = products["layers.0.mlp.gate_up"]
    assert (gate_up[architecture.feed_forward :] == weights["layers.0.mlp.up_proj.weight"]).all()


def test_numbers_that_the_format_cannot_hold(tmp_path):
    np.savez(tmp_path / "weights.npz", fine=np.ones(3, np.float32), large=np.full(3, 1e5, np.float32))
    assert read_weights(tmp_path, Scheme("int8")).keys() == {"fine", "large"}
    with pytest.raises(ModelError, match="weights of large cannot be stored"):
        read_weights(tmp_path, Scheme("fp16"))
    (tmp_path / "weights.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match="no FP32 weights"):
        read_weights(tmp_path, Scheme())


def test_every_override_of_no_product_is_told():
    scheme = Scheme().with_overrides({"a.dwn": Scheme("int4", "group", 32), "b": Scheme("fp32")})
    with pytest.raises(UsageError) as caught:
        check_overrides(scheme, ["a.down", "a.up"])
    assert len(caught.value.problems) == 2
    assert "Did you mean 'a.down'?" in str(caught.value)
    check_overrides(scheme, ["a.dwn", "b"])


@pytest.mark.parametrize("scheme", [Scheme("fp32"), Scheme("fp16"), Scheme()], ids=lambda scheme: scheme.name)
def test_a_folder_is_written_with_table_and_report(fp32_dir, tmp_path, scheme):
    embedding = read_weights(fp32_dir, scheme)["embed_tokens.weight"]
    calls = []

    def map_rows(matrix, of):
        calls.append(of)
        return mapping.quantize(matrix, of)

    def save(folder):
        (folder / "mine.bin").write_bytes(b"12345678")
        return ("mine.bin",)

    begun = QuantizationReport(scheme, "test", 100, 0, (), {"more": 1})
    done = write_model(fp32_dir, tmp_path / "model", begun, embedding, save, map_rows)
    verify(tmp_path / "model")
    assert read_info(tmp_path / "model").number_format == scheme.name
    assert calls == ([Scheme("int8", "channel")] if scheme.bits == 8 else [])
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "model").iterdir()}
    assert done.bytes_after == sizes["mine.bin"] + sizes["tokens.npy"] + sizes["token_scales.npy"]
    assert [tensor.name for tensor in done.tensors] == ["embed_tokens"]
    assert done.measured["more"] == 1
    assert json.loads((tmp_path / "model" / "quantization.json").read_text())["bytes_after"] == done.bytes_after


def test_a_decoder_that_cannot_be_written_leaves_nothing(fp32_dir, tmp_path):
    def save(folder):
        raise OSError("no space left")

    report = QuantizationReport(Scheme("fp32"), "test", 0, 0, ())
    with pytest.raises(ModelError, match="no space left"):
        write_model(fp32_dir, tmp_path / "model", report, np.zeros((3, 4), np.float32), save)
    assert list(tmp_path.iterdir()) == []
