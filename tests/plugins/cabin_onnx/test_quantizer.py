from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.errors import ModelError, UsageError
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.slm.embedding import TokenTable
from cabin.slm.package import read_info, verify
from cabin.slm.parser import IntentParser
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny

SCHEMES = [
    Scheme("fp32"),
    Scheme("fp16"),
    Scheme("int8", "tensor"),
    Scheme("int8", "channel"),
    Scheme("int8", "group", 32),
    Scheme("int8", "channel", is_symmetric=False),
    Scheme("int4", "group", 32),
    Scheme("int4", "channel"),
    Scheme("int4", "tensor", is_symmetric=False),
    Scheme("nf4", "group", 64),
    Scheme("int8", "channel", calibration="mse"),
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_format_becomes_a_model_that_runs(fp32_dir, tmp_path, catalog, scheme):
    report = OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", scheme)
    verify(tmp_path / "model")
    assert read_info(tmp_path / "model").number_format == scheme.name
    found = IntentParser.load(tmp_path / "model", catalog, backend=OnnxBackend).parse("open the left window to 20")
    assert 0 < found.confidence <= 1
    files = ("decoder.onnx", "weights.bin", "tokens.npy", "token_scales.npy")
    assert report.bytes_after == sum((tmp_path / "model" / name).stat().st_size for name in files)
    written = json.loads((tmp_path / "model" / "quantization.json").read_text())
    assert written["bytes_after"] == report.bytes_after
    assert [tensor["name"] for tensor in written["tensors"]][-1] == "embed_tokens"
    assert len(written["tensors"]) == 4 * 2 + 1


def test_each_format_is_smaller_than_the_one_before(fp32_dir, tmp_path):
    sizes = []
    for scheme in (Scheme("fp32"), Scheme("fp16"), Scheme("int8"), Scheme("int4", "group", 32)):
        report = OnnxQuantizer().quantize(fp32_dir, tmp_path / scheme.name, scheme)
        sizes.append(sum(tensor.bytes for tensor in report.tensors))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < 0.3 * sizes[0]


def test_the_same_source_gives_the_same_bytes(fp32_dir, tmp_path):
    for name in ("a", "b"):
        OnnxQuantizer().quantize(fp32_dir, tmp_path / name, Scheme())
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()


def test_the_token_table_is_never_below_8_bits(fp32_dir, tmp_path):
    report = OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme("int4", "group", 32))
    assert report.measured == {"token_table": "int8-channel"}
    table = TokenTable.load(tmp_path / "model")
    with np.load(fp32_dir / "weights.npz") as stored:
        rows = stored["embed_tokens.weight"]
    tokens = [0, 5, len(rows) - 1]
    assert np.abs(table.embed(tokens) - rows[tokens]).max() <= 0.5001 * table.scales[tokens].max()
    hidden = np.random.default_rng(0).normal(size=64).astype(np.float32)
    assert table.score(hidden, tokens) == pytest.approx(table.embed(tokens) @ hidden, rel=1e-5)


def test_a_product_can_have_its_own_scheme(fp32_dir, tmp_path, catalog):
    own = {"layers.0.mlp.down": Scheme("int4", "group", 32), "layers.1.self_attn.qkv": Scheme("nf4", "group", 64)}
    scheme = Scheme().with_overrides(own)
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", scheme)
    formats = {name: tensor.scheme.name for name, tensor in read_tensors(tmp_path / "model").items()}
    assert formats["layers.0.mlp.down"] == "int4-group32"
    assert formats["layers.1.self_attn.qkv"] == "nf4-group64"
    assert formats["layers.1.mlp.down"] == "int8-channel"
    assert read_info(tmp_path / "model").number_format == "int8-channel+1xint4-group32+1xnf4-group64"
    assert IntentParser.load(tmp_path / "model", catalog, backend=OnnxBackend).parse("open the window").confidence > 0


def test_an_override_of_no_product(fp32_dir, tmp_path):
    scheme = Scheme().with_overrides({"layers.0.mlp.dwn": Scheme("int4", "group", 32)})
    with pytest.raises(UsageError, match=r"no product 'layers.0.mlp.dwn'.*Did you mean 'layers.0.mlp.down'"):
        OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", scheme)


def test_nf4_in_groups_that_do_not_fit(fp32_dir, tmp_path):
    with pytest.raises(ModelError, match="64 inputs cannot be cut into groups of 128"):
        OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme("nf4", "group", 128))
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(catalog, tmp_path, scheme, bad):
    name = "layers.1.mlp.down_proj.weight"
    weight = np.full((64, 128), bad, np.float32)
    tiny.write_fp32(tmp_path / "fp32", catalog, **{name: weight})
    with pytest.raises(ModelError, match=f"weights of {name} cannot be stored"):
        OnnxQuantizer().quantize(tmp_path / "fp32", tmp_path / "model", scheme)
    assert not (tmp_path / "model").exists()


def test_weights_too_large_for_fp16_are_refused(catalog, tmp_path):
    tiny.write_fp32(tmp_path / "fp32", catalog, **{"norm.weight": np.full(64, 1e5, np.float32)})
    with pytest.raises(ModelError, match="numbers that fp16 can hold"):
        OnnxQuantizer().quantize(tmp_path / "fp32", tmp_path / "model", Scheme("fp16"))


def test_a_source_without_weights(tmp_path, fp32_dir):
    with pytest.raises(ModelError, match="no such model folder"):
        OnnxQuantizer().quantize(tmp_path / "none", tmp_path / "model", Scheme())
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "int8", Scheme())
    with pytest.raises(ModelError, match="--keep-fp32"):
        OnnxQuantizer().quantize(tmp_path / "int8", tmp_path / "model", Scheme())
    (tmp_path / "int8" / "weights.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ModelError, match=r"weights\.npz"):
        OnnxQuantizer().quantize(tmp_path / "int8", tmp_path / "model", Scheme())


def test_the_registered_names():
    from cabin.plugins import load_plugins

    plugins = load_plugins({})
    assert plugins.quantizers.get("onnx").thing().schemes() == ("fp32", "fp16", "int8", "int4", "nf4")
    assert plugins.inference_backends.get("onnx").name == "onnx"
