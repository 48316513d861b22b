from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.errors import ModelError, UsageError
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.slm.package import read_info, verify
from cabin.slm.parser import IntentParser
from cabin_numpy.backend import NumpyBackend
from cabin_onnx.quantizer import OnnxQuantizer
from cabin_torch.backend import TorchBackend
from cabin_torch.quantizer import TorchQuantizer

SCHEMES = [
    Scheme("fp32"),
    Scheme("fp16"),
    Scheme("int8"),
    Scheme("int8", "tensor", is_symmetric=False),
    Scheme("int4", "group", 32),
    Scheme("nf4", "group", 64),
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_store_is_that_of_the_backend_onnx(fp32_dir, tmp_path, scheme):
    mine = TorchQuantizer().quantize(fp32_dir, tmp_path / "torch", scheme)
    theirs = OnnxQuantizer().quantize(fp32_dir, tmp_path / "onnx", scheme)
    verify(tmp_path / "torch")
    got, expected = read_tensors(tmp_path / "torch"), read_tensors(tmp_path / "onnx")
    assert got.keys() == expected.keys()
    for name, tensor in expected.items():
        assert (got[name].shape, got[name].layout, got[name].scheme) == (tensor.shape, tensor.layout, tensor.scheme)
        step = 0.0 if tensor.scales is None else float(tensor.scales.max())
        difference = np.abs(got[name].dequantize() - tensor.dequantize())
        assert difference.max() <= 1.001 * step
        assert np.count_nonzero(difference > 1e-5 * max(step, 1e-9)) <= 0.002 * difference.size
    assert [each.name for each in mine.tensors] == [each.name for each in theirs.tensors]
    for a, b in zip(mine.tensors, theirs.tensors, strict=True):
        assert (a.bytes, a.signal_to_noise_db) == (b.bytes, pytest.approx(b.signal_to_noise_db, abs=0.01))
    assert json.loads((tmp_path / "torch" / "quantization.json").read_text())["backend"] == "torch"


@pytest.mark.parametrize("engine", [TorchBackend, NumpyBackend])
def test_the_folder_runs_without_a_graph(fp32_dir, tmp_path, catalog, engine):
    report = TorchQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme())
    files = ("weights.bin", "tokens.npy", "token_scales.npy")
    assert report.bytes_after == sum((tmp_path / "model" / name).stat().st_size for name in files)
    assert read_info(tmp_path / "model").number_format == "int8-channel"
    assert IntentParser.load(tmp_path / "model", catalog, backend=engine).parse("open the window").confidence > 0


def test_what_is_wrong_is_told(fp32_dir, tmp_path):
    with pytest.raises(UsageError, match=r"no product 'layers.0.mlp.dwn'.*Did you mean 'layers.0.mlp.down'"):
        TorchQuantizer().quantize(
            fp32_dir, tmp_path / "model", Scheme().with_overrides({"layers.0.mlp.dwn": Scheme("int4", "group", 32)})
        )
    with pytest.raises(ModelError, match="64 inputs cannot be cut into groups of 128"):
        TorchQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme("nf4", "group", 128))
    with pytest.raises(ModelError, match="no such model folder"):
        TorchQuantizer().quantize(tmp_path / "none", tmp_path / "model", Scheme())
    assert not (tmp_path / "model").exists()


def test_the_registered_name():
    from cabin.plugins import load_plugins

    assert "int8" in load_plugins({}).quantizers.get("torch").thing().schemes()
