"""The same folder in every engine: hidden states within stated tolerances, and the same sentences understood alike.

Tolerances, as shares of the largest hidden state of the exact product (numpy, FP32 over what is stored):
FP32 and FP16 weights in FP32 arithmetic 1e-5; NF4 and int8 of groups are float16 in torch, 3e-3 there; 4-bit products
take bfloat16 activations in torch and 8-bit ones in ONNX Runtime; int8 takes 8-bit activations in both.
Activations of 8 bits err by up to half a step of 1/127 in each of 8 products, one behind the other.
"""

from __future__ import annotations

import numpy as np
import pytest

from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.parser import IntentParser
from cabin_numpy.backend import NumpyBackend
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer
from cabin_torch.backend import TorchBackend
from tests.slm import tiny

TOLERANCES = {
    "fp32": {"onnx": 1e-5, "torch": 1e-5},
    "fp16": {"onnx": 1e-5, "torch": 1e-5},
    "int8-tensor": {"onnx": 0.04, "torch": 0.04},
    "int8-channel": {"onnx": 0.04, "torch": 0.04},
    "int8-channel-affine": {"onnx": 0.04, "torch": 0.04},
    "int8-group32": {"onnx": 0.04, "torch": 3e-3},
    "int4-group32": {"onnx": 0.04, "torch": 0.02},
    "int4-group32-affine": {"onnx": 0.04, "torch": 0.02},
    "nf4-group64": {"onnx": 1e-5, "torch": 3e-3},
}
SENTENCES = 200


@pytest.fixture(scope="module")
def fp32_dir(tmp_path_factory, catalog):
    return tiny.write_fp32(tmp_path_factory.mktemp("agree") / "fp32", catalog)


def factories():
    return {"onnx": OnnxBackend, "torch": TorchBackend, "numpy": NumpyBackend}


@pytest.mark.parametrize("name", TOLERANCES)
def test_hidden_states(fp32_dir, tmp_path, name):
    from cabin.quantization.scheme import parse_scheme

    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", parse_scheme(name))
    table, tokens = TokenTable.load(tmp_path / "model"), list(range(7, 31))
    states = {}
    for engine, factory in factories().items():
        backend = factory(tmp_path / "model", 1)
        parts = [tokens[:12], *([token] for token in tokens[12:])]
        states[engine] = np.concatenate([backend.step(table.embed(part)) for part in parts])
    exact = states["numpy"]
    for engine, tolerance in TOLERANCES[name].items():
        assert np.abs(states[engine] - exact).max() <= tolerance * np.abs(exact).max(), engine


@pytest.mark.parametrize(("name", "least"), [("fp32", 1.0), ("int8-channel", 0.9), ("int4-group32", 0.9)])
def test_sentences_are_understood_alike(fp32_dir, tmp_path, catalog, name, least):
    """Random weights choose by hair's breadth, a trained model by more: it agrees on more than this."""
    from cabin.quantization.scheme import parse_scheme
    from cabin.slm.corpus import Corpus

    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", parse_scheme(name))
    stream = Corpus(catalog).stream("train", 3)
    texts = [next(stream).text for _ in range(SENTENCES)]
    found = {}
    for engine, factory in factories().items():
        parse = IntentParser.load(tmp_path / "model", catalog, backend=factory).parse
        found[engine] = [(each.refused, [(c.intent, c.slots) for c in each.commands]) for each in map(parse, texts)]
    for engine in ("onnx", "torch"):
        same = sum(a == b for a, b in zip(found[engine], found["numpy"], strict=True))
        assert same >= least * SENTENCES, f"{engine}: {same} of {SENTENCES} as numpy"


def test_the_scheme_shipped_is_among_them():
    assert Scheme().name in TOLERANCES
