from __future__ import annotations

import shutil

import pytest
import torch

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.slm.package import read_info, verify
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.weights import read_weights, write_fp32
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.mark.parametrize("scheme", [Scheme("fp32"), Scheme("int8", "group", 32), Scheme()], ids=lambda each: each.name)
def test_the_weights_of_a_quantized_model_are_those_it_was_made_of(fp32_dir, tmp_path, scheme):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "small", scheme)
    shape = read_info(fp32_dir).architecture
    before, after = read_weights(fp32_dir, shape), read_weights(tmp_path / "small", shape)
    assert before.keys() == after.keys()
    for name, weight in before.items():
        assert weight.shape == after[name].shape
        step = 0 if scheme.bits == 32 or weight.ndim == 1 else weight.abs().max() / 127
        assert (weight - after[name]).abs().max() <= step / 2 + 1e-6
    IntentNetwork(shape).load_state_dict(after)


def test_what_is_written_is_read_again(fp32_dir, tmp_path, vocabulary):
    info = read_info(fp32_dir)
    network = IntentNetwork(info.architecture)
    write_fp32(tmp_path / "fp32", info, network, vocabulary.tokenizer)
    verify(tmp_path / "fp32")
    again = read_weights(tmp_path / "fp32", info.architecture)
    assert all(torch.equal(again[name], weight) for name, weight in network.state_dict().items())
    assert read_info(tmp_path / "fp32") == info


def test_a_folder_that_holds_no_weights(fp32_dir, model_dir, tmp_path):
    shape = read_info(fp32_dir).architecture
    torn = shutil.copytree(fp32_dir, tmp_path / "torn")
    (torn / "weights.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ModelError, match="no weights to go on from"):
        read_weights(torn, shape)
    (torn / "weights.npz").unlink()
    with pytest.raises(ModelError, match="no index of its tensors"):
        read_weights(torn, shape)
    other = tiny.architecture(read_info(model_dir).architecture.tokens, layers=3)
    with pytest.raises(ModelError, match=r"no weights to go on from.*layers\.2"):
        read_weights(model_dir, other)
    lacking = shutil.copytree(model_dir, tmp_path / "lacking")
    (lacking / "tokens.npy").unlink()
    with pytest.raises(ModelError, match="no weights to go on from"):
        read_weights(lacking, shape)
