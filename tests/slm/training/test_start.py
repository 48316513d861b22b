from __future__ import annotations

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


def test_another_shape_is_told(fp32_dir, vocabulary):
    with pytest.raises(ModelError, match=r"seen: 2 layers.*expected: 3 layers"):
        from_model(fp32_dir, 3, vocabulary, seed=1)


def test_a_folder_without_weights(model_dir, tmp_path, vocabulary):
    with pytest.raises(ModelError, match="--keep-fp32"):
        from_model(model_dir, 2, vocabulary, seed=1)
    with pytest.raises(ModelError, match="no such model folder"):
        from_model(tmp_path / "none", 2, vocabulary, seed=1)
