from __future__ import annotations

import numpy as np
import pytest
import torch

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.parser import IntentParser
from cabin_onnx.quantizer import OnnxQuantizer
from cabin_torch.backend import TorchBackend

TOKENS = [int(token) for token in np.random.default_rng(5).integers(0, 400, 24)]

TOLERANCE = 0.15
"""8-bit activations round differently where rows are read together (levelled) and where one is read alone."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fp32_dir):
    target = tmp_path_factory.mktemp("torch") / "model"
    OnnxQuantizer().quantize(fp32_dir, target, Scheme())
    return target


@pytest.fixture(scope="module")
def embed(folder):
    return TokenTable.load(folder).embed


def test_in_pieces_of_any_length(folder, embed):
    backend = TorchBackend(folder)
    whole = backend.step(embed(TOKENS))
    backend.start()
    got = np.concatenate([backend.step(embed(piece)) for piece in (TOKENS[:5], TOKENS[5:6], TOKENS[6:15], TOKENS[15:])])
    assert got.dtype == np.float32
    assert np.abs(got - whole).max() < TOLERANCE


def test_rewinding_forgets_the_end(folder, embed):
    backend = TorchBackend(folder)
    whole = backend.step(embed(TOKENS[:8] + TOKENS[16:]))
    backend.start()
    backend.step(embed(TOKENS[:16]))
    backend.rewind(8)
    assert np.abs(backend.step(embed(TOKENS[16:])) - whole[8:]).max() < TOLERANCE


def test_more_tokens_than_there_is_room_for(folder, embed):
    backend = TorchBackend(folder)
    backend.step(embed([1] * 256))
    with pytest.raises(ValueError, match="more than 256 tokens"):
        backend.step(embed([1]))


def test_the_threads_asked_for_hold_again_at_each_utterance(folder):
    before = torch.get_num_threads()
    try:
        backend = TorchBackend(folder, 1)
        torch.set_num_threads(2)
        backend.start()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_nothing_is_kept_for_gradients(folder, embed):
    backend = TorchBackend(folder)
    backend.step(embed(TOKENS))
    tensors = [backend._keys, backend._values, *backend._norms.values()]
    assert not any(tensor.requires_grad for tensor in tensors)


def test_where_torch_is_not_installed_it_is_told(folder, monkeypatch):
    import importlib.util

    from cabin.plugins import load_plugins

    load = load_plugins({}).inference_backends.get("torch").thing
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"torch is not installed.*cabin\[torch\]"):
        load(folder, 1)


def test_a_sentence_is_understood_with_it(folder, catalog):
    found = IntentParser.load(folder, catalog, backend=TorchBackend).parse("open the left window to 20")
    assert 0 < found.confidence <= 1


def test_a_folder_of_the_older_form(folder, tmp_path):
    (tmp_path / "model.json").write_bytes((folder / "model.json").read_bytes())
    with pytest.raises(ModelError, match=r"no index of its tensors.*cabin model quantize"):
        TorchBackend(tmp_path)


def test_the_registered_name(folder):
    from cabin.plugins import load_plugins

    assert load_plugins({}).inference_backends.get("torch").thing(folder, 1).name == "torch"
