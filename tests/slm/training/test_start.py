from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch

from cabin.errors import ModelError
from cabin.slm.training.base import BaseModel
from cabin.slm.training.start import from_base, from_model
from cabin.slm.vocabulary import Vocabulary
from tests.slm import tiny


def test_the_base_model_gets_rows_for_calls(gguf, vocabulary):
    network = from_base(BaseModel(gguf), 2, vocabulary, seed=1)
    rows = BaseModel(gguf).weights(2, vocabulary.text_size)["embed_tokens.weight"]
    table = network.embed_tokens.weight.detach()
    assert table.shape == (len(vocabulary), 64)
    assert torch.equal(table[: len(rows)], rows)
    assert len(torch.unique(table[len(rows) :], dim=0)) == len(vocabulary.control)
    assert torch.equal(table, from_base(BaseModel(gguf), 2, vocabulary, seed=1).embed_tokens.weight)


def test_a_trained_model_keeps_the_rows_of_calls_that_both_know(fp32_dir, vocabulary):
    other = Vocabulary(tiny.tokenizer(), ("new", *reversed(vocabulary.control[5:])))
    network, info = from_model(fp32_dir, 2, other, seed=1)
    with np.load(fp32_dir / "weights.npz") as stored:
        rows = torch.from_numpy(stored["embed_tokens.weight"])
    assert info.control == vocabulary.control
    for name in other.control[1:]:
        assert torch.equal(network.embed_tokens.weight[other.ids[name]], rows[vocabulary.ids[name]])
    assert network.architecture.tokens == len(other)


def test_a_new_call_begins_near_its_kind(fp32_dir, vocabulary):
    control = (*vocabulary.control, "device:oven", "strength#1", "place=attic")
    network, _ = from_model(fp32_dir, None, Vocabulary(tiny.tokenizer(), control), seed=1)
    table = network.embed_tokens.weight.detach()
    ids, first = vocabulary.ids, len(vocabulary)
    devices = torch.stack([table[at] for name, at in ids.items() if name.startswith("device:")])
    pointers = torch.stack([table[at] for name, at in ids.items() if name.endswith("#1")])
    values = torch.stack([table[at] for name, at in ids.items() if "=" in name])
    for at, kind in enumerate((devices, pointers, values)):
        spread = 0.5 * table[: vocabulary.text_size].std()
        away = (table[first + at] - kind.mean(0)).square().mean().sqrt()
        assert 0.7 * spread < away < 1.3 * spread


def test_it_goes_on_from_a_quantized_model(model_dir, fp32_dir, vocabulary):
    (small, info), (whole, _) = from_model(model_dir, 2, vocabulary, 1), from_model(fp32_dir, 2, vocabulary, 1)
    assert info.number_format == "int8-channel"
    for name, weight in whole.state_dict().items():
        assert torch.allclose(small.state_dict()[name], weight, atol=float(weight.abs().max()) / 200)


def test_another_shape_is_told(fp32_dir, vocabulary):
    with pytest.raises(ModelError, match=r"seen: 2 layers.*expected: 3 layers"):
        from_model(fp32_dir, 3, vocabulary, seed=1)


def test_a_folder_without_weights(model_dir, tmp_path, vocabulary):
    empty = shutil.copytree(model_dir, tmp_path / "empty")
    (empty / "tensors.json").unlink()
    with pytest.raises(ModelError, match="no index of its tensors"):
        from_model(empty, 2, vocabulary, seed=1)
    with pytest.raises(ModelError, match="no such model folder"):
        from_model(tmp_path / "none", 2, vocabulary, seed=1)
