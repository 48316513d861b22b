from __future__ import annotations

import json

import pytest
import torch

from cabin import paths
from cabin.errors import ModelError
from cabin.slm.base_vocabulary import cut_tokenizer
from cabin.slm.training.base import BaseModel
from tests.slm import tiny

REAL = sorted(paths.models_dir("smollm2-135m").glob("*.gguf"))


def test_weights_come_back_with_their_names_and_halves(gguf):
    source = BaseModel(gguf)
    size = len(json.loads(source.tokenizer_json())["model"]["vocab"])
    expected = tiny.random_weights(tiny.architecture(size), seed=7)
    found = source.weights(2, size)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], torch.from_numpy(expected[name])) for name in expected)


def test_fewer_layers_and_tokens(gguf):
    found = BaseModel(gguf).weights(1, 50)
    assert found["embed_tokens.weight"].shape == (50, 64)
    assert not any(name.startswith("layers.1.") for name in found)


def test_proportions(gguf):
    assert BaseModel(gguf).architecture(1, 99) == tiny.architecture(99, layers=1)


def test_the_tokenizer_comes_back(gguf):
    again = cut_tokenizer(BaseModel(gguf).tokenizer_json(), 10_000)
    for text in (" open the window to 25", " quiet river's road", " é 日本"):
        assert again.encode(text).ids == tiny.tokenizer().encode(text).ids


@pytest.mark.parametrize("data", [b"", b"GGUF", b"no model at all" * 100])
def test_what_is_no_gguf(tmp_path, data):
    (tmp_path / "base.gguf").write_bytes(data)
    with pytest.raises(ModelError, match=r"base\.gguf: not a readable GGUF file"):
        BaseModel(tmp_path / "base.gguf")


def test_a_missing_or_truncated_file(tmp_path, gguf):
    with pytest.raises(ModelError, match="not a readable GGUF file"):
        BaseModel(tmp_path / "none.gguf")
    (tmp_path / "half.gguf").write_bytes(gguf.read_bytes()[: gguf.stat().st_size // 2])
    with pytest.raises(ModelError, match=r"half\.gguf"):
        BaseModel(tmp_path / "half.gguf").weights(2, 50)


def test_a_model_of_another_family(gguf):
    with pytest.raises(ModelError, match=r"tiny\.gguf: not a base model; seen: no blk\.2\."):
        BaseModel(gguf).weights(3, 50)


@pytest.mark.skipif(not REAL, reason="the base model is not fetched (cabin models get smollm2-135m)")
def test_the_real_base_model():
    source = BaseModel(REAL[0])
    shape = source.architecture(8, 12_000)
    assert (shape.hidden, shape.heads, shape.kv_heads, shape.feed_forward) == (576, 9, 3, 1536)
    assert (shape.rope_theta, shape.norm_eps) == (100_000.0, 1e-5)
    cut = cut_tokenizer(source.tokenizer_json(), 12_000)
    assert cut.get_vocab_size() == 12_000
    assert cut.encode(" set the temperature to 22").tokens[-3:] == ["Ġ", "2", "2"]
