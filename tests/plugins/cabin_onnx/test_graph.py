"""The ONNX decoder in FP32 against the network that is trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.package import read_info
from cabin.slm.training.network import IntentNetwork
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer

TOLERANCE = 1e-3


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fp32_dir):
    target = tmp_path_factory.mktemp("onnx") / "fp32"
    OnnxQuantizer().quantize(fp32_dir, target, Scheme("fp32"))
    return target


@pytest.fixture(scope="module")
def network(fp32_dir):
    network = IntentNetwork(read_info(fp32_dir).architecture)
    with np.load(fp32_dir / "weights.npz") as stored:
        network.load_state_dict({name: torch.from_numpy(stored[name]) for name in stored.files})
    return network.eval()


@pytest.fixture
def expected(network):
    def hidden(tokens):
        with torch.no_grad():
            return network(torch.tensor([tokens]))[0].numpy()

    return hidden


TOKENS = [int(token) for token in np.random.default_rng(5).integers(0, 400, 24)]


def test_a_whole_text_at_once(folder, expected):
    got = OnnxBackend(folder).step(TokenTable.load(folder).embed(TOKENS))
    assert got.shape == (len(TOKENS), 64)
    assert np.abs(got - expected(TOKENS)).max() < TOLERANCE


def test_token_by_token(folder, expected):
    backend, table = OnnxBackend(folder), TokenTable.load(folder)
    got = np.concatenate([backend.step(table.embed([token])) for token in TOKENS])
    assert np.abs(got - expected(TOKENS)).max() < TOLERANCE


def test_in_pieces_of_any_length(folder, expected):
    backend, table = OnnxBackend(folder), TokenTable.load(folder)
    pieces = [TOKENS[:5], TOKENS[5:6], TOKENS[6:15], TOKENS[15:]]
    got = np.concatenate([backend.step(table.embed(piece)) for piece in pieces])
    assert np.abs(got - expected(TOKENS)).max() < TOLERANCE


def test_rewinding_forgets_the_end(folder, expected):
    backend, table = OnnxBackend(folder), TokenTable.load(folder)
    backend.step(table.embed(TOKENS[:16]))
    backend.rewind(8)
    got = backend.step(table.embed(TOKENS[16:]))
    assert np.abs(got - expected(TOKENS[:8] + TOKENS[16:])[8:]).max() < TOLERANCE


def test_starting_forgets_all(folder, expected):
    backend, table = OnnxBackend(folder), TokenTable.load(folder)
    backend.step(table.embed(TOKENS[:16]))
    backend.start()
    assert np.abs(backend.step(table.embed(TOKENS)) - expected(TOKENS)).max() < TOLERANCE


def test_padding_on_the_right_changes_nothing_before_it(network, expected):
    with torch.no_grad():
        padded = network(torch.tensor([TOKENS + [0] * 9]))[0].numpy()
    assert np.abs(padded[: len(TOKENS)] - expected(TOKENS)).max() < TOLERANCE
