from __future__ import annotations

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.parser import IntentParser
from cabin_numpy.backend import NumpyBackend
from cabin_onnx.quantizer import OnnxQuantizer

TOKENS = [int(token) for token in np.random.default_rng(5).integers(0, 400, 24)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fp32_dir):
    target = tmp_path_factory.mktemp("numpy") / "model"
    OnnxQuantizer().quantize(fp32_dir, target, Scheme())
    return target


@pytest.fixture(scope="module")
def embed(folder):
    return TokenTable.load(folder).embed


def test_in_pieces_of_any_length(folder, embed):
    backend = NumpyBackend(folder)
    whole = backend.step(embed(TOKENS))
    backend.start()
    got = np.concatenate([backend.step(embed(piece)) for piece in (TOKENS[:5], TOKENS[5:6], TOKENS[6:15], TOKENS[15:])])
    assert got.dtype == np.float32
    assert np.abs(got - whole).max() < 1e-4


def test_rewinding_forgets_the_end(folder, embed):
    backend = NumpyBackend(folder)
    whole = backend.step(embed(TOKENS[:8] + TOKENS[16:]))
    backend.start()
    backend.step(embed(TOKENS[:16]))
    backend.rewind(8)
    assert np.abs(backend.step(embed(TOKENS[16:])) - whole[8:]).max() < 1e-4


def test_more_tokens_than_there_is_room_for(folder, embed):
    backend = NumpyBackend(folder)
    backend.step(embed([1] * 256))
    with pytest.raises(ValueError, match="more than 256 tokens"):
        backend.step(embed([1]))


def test_weights_stay_as_they_are_stored(folder):
    codes = [product._codes for product in NumpyBackend(folder)._products.values()]
    assert {array.dtype for array in codes} == {np.dtype(np.int8)}
    assert not any(array.flags.owndata for array in codes)


def test_a_sentence_is_understood_with_it(folder, catalog):
    found = IntentParser.load(folder, catalog, backend=NumpyBackend).parse("open the left window to 20")
    assert 0 < found.confidence <= 1


def test_a_folder_of_the_older_form(folder, tmp_path):
    (tmp_path / "model.json").write_bytes((folder / "model.json").read_bytes())
    with pytest.raises(ModelError, match=r"no index of its tensors.*cabin model quantize"):
        NumpyBackend(tmp_path)


def test_the_registered_name(folder):
    from cabin.plugins import load_plugins

    assert load_plugins({}).inference_backends.get("numpy").thing(folder, 1).name == "numpy"
