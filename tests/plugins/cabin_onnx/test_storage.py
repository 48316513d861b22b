from __future__ import annotations

import shutil

import numpy as np
import onnx
import pytest

from cabin.errors import ModelError
from cabin.quantization.mapping import dequantize, quantize
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.slm.embedding import TokenTable
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer

SCHEMES = [
    Scheme("fp32"),
    Scheme("fp16"),
    Scheme("int8", "tensor"),
    Scheme("int8", "channel", is_symmetric=False),
    Scheme("int8", "group", 32, is_symmetric=False),
    Scheme("int4", "group", 32),
    Scheme("int4", "group", 32, is_symmetric=False),
    Scheme("int4", "channel", calibration="mse"),
    Scheme("nf4", "group", 32),
]
PRODUCTS = ("self_attn.qkv", "self_attn.o", "mlp.gate_up", "mlp.down")
PARTS = (*PRODUCTS, "input_layernorm", "post_attention_layernorm")
NAMES = {"norm", *(f"layers.{layer}.{part}" for layer in (0, 1) for part in PARTS)}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_tensor_can_be_read_without_onnx(fp32_dir, tmp_path, scheme):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", scheme)
    tensors = read_tensors(tmp_path / "model")
    with np.load(fp32_dir / "weights.npz") as stored:
        down, norm = stored["layers.1.mlp.down_proj.weight"], stored["norm.weight"]
    assert set(tensors) == NAMES
    assert (tensors["norm"].dequantize() == norm).all()
    got = tensors["layers.1.mlp.down"]
    assert got.shape == (128, 64)
    if scheme.bits > 8:
        assert (got.dequantize() == down.T.astype(f"float{scheme.bits}")).all()
    else:
        assert (got.dequantize() == dequantize(quantize(down, scheme)).T).all()


def test_the_graph_holds_no_numbers_of_tensors(fp32_dir, tmp_path):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme())
    graph = onnx.load(tmp_path / "model" / "decoder.onnx", load_external_data=False).graph
    inline = [i.name for i in graph.initializer if i.data_location != onnx.TensorProto.EXTERNAL]
    assert set(inline) == {"rows.axis", "rows.smallest"}
    assert (tmp_path / "model" / "decoder.onnx").stat().st_size < 50_000
    index = read_tensors(tmp_path / "model").values()
    size = (tmp_path / "model" / "weights.bin").stat().st_size
    assert sum(tensor.bytes for tensor in index) <= size < 2 * sum(tensor.bytes for tensor in index) + 70_000


def test_the_engine_runs_the_same_numbers_from_elsewhere(fp32_dir, tmp_path):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme("fp16"))
    x = TokenTable.load(tmp_path / "model").embed([1, 2, 3])
    before = OnnxBackend(tmp_path / "model").step(x)
    moved = shutil.move(tmp_path / "model", tmp_path / "elsewhere")
    assert (OnnxBackend(moved).step(x) == before).all()


def test_without_the_numbers_the_engine_tells(fp32_dir, tmp_path):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme())
    (tmp_path / "model" / "weights.bin").write_bytes(b"")
    with pytest.raises(ModelError, match="the intent model cannot be loaded"):
        OnnxBackend(tmp_path / "model")
