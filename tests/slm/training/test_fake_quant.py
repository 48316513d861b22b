from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.nn import functional

from cabin.errors import UsageError
from cabin.quantization import mapping
from cabin.quantization.scheme import Scheme, parse_scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.package import read_info
from cabin.slm.training.fake_quant import FakeQuantized, quantize_weight, straight_through
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.weights import read_weights
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer

NAMES = (
    "int8-channel", "int8-tensor", "int8-channel-affine", "int8-group32", "int8-group32-affine",
    "int4-group16", "int4-group32-affine", "int4-channel", "nf4-group32", "nf4-channel",
)  # fmt: skip
FLOATS = st.floats(-4, 4, width=32)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(weight=arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 70)), elements=FLOATS))
def test_weights_are_rounded_as_the_reference_rounds_them(name, weight):
    scheme = parse_scheme(name)
    wanted = mapping.dequantize(mapping.quantize(weight, scheme))
    found = quantize_weight(torch.from_numpy(weight), scheme).real(weight.shape[1]).numpy()
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("name", ["int4-group32-mse", "int4-group32-affine-mse", "int8-channel-p99", "nf4-group32-mse"])
def test_searched_ranges_are_those_of_the_reference(name):
    scheme = parse_scheme(name)
    weight = torch.randn(8, 64, generator=torch.Generator().manual_seed(1))
    fake = FakeQuantized(scheme)
    wanted = torch.from_numpy(mapping.dequantize(mapping.quantize(weight.numpy(), scheme)))
    small = quantize_weight(weight, scheme, fake._share_of_range("w", weight, scheme))
    assert torch.allclose(small.real(64), wanted, atol=1e-6)
    assert not torch.allclose(quantize_weight(weight, scheme).real(64), wanted, atol=1e-3)
    doubled = quantize_weight(2 * weight, scheme, fake._share_of_range("w", 2 * weight, scheme))
    assert torch.allclose(doubled.real(64), 2 * wanted, atol=1e-5)  # a range grows with the weights


def test_the_gradient_goes_through_the_rounding():
    real = torch.tensor([0.2, 1.7], requires_grad=True)
    rounded = straight_through(real, real.round())
    assert rounded.tolist() == [0.0, 2.0]
    (rounded * torch.tensor([3.0, 5.0])).sum().backward()
    assert real.grad.tolist() == [3.0, 5.0]


@pytest.mark.parametrize("name", ["int8-channel", "int8-tensor", "int8-group32", "int4-group32", "nf4-group32"])
def test_gradients_are_nearly_those_of_floats(name):
    torch.manual_seed(2)
    x, weight = torch.randn(2, 5, 64), torch.randn(24, 64)
    grads = []
    for products in (FakeQuantized(parse_scheme(name)).multiply, None):
        inputs, matrix = x.clone().requires_grad_(), weight.clone().requires_grad_()
        first, second = products("p", inputs, (matrix[:16], matrix[16:])) if products else (
            functional.linear(inputs, matrix).split([16, 8], -1)
        )  # fmt: skip
        assert (first.shape[-1], second.shape[-1]) == (16, 8)
        (first.square().sum() + second.square().sum()).backward()
        grads.append(torch.cat([inputs.grad.flatten(), matrix.grad.flatten()]))
    assert functional.cosine_similarity(*grads, dim=0) > 0.97
    assert not torch.equal(*grads)


def hidden_states(folder, fp32_dir, scheme, tokens):
    """What the engine computes, the network with fake quantization, and the network in floats; all (t, hidden)."""
    OnnxQuantizer().quantize(fp32_dir, folder, scheme)
    engine = OnnxBackend(folder, 1)
    engine.start()
    shape = read_info(fp32_dir).architecture
    network = IntentNetwork(shape)
    network.load_state_dict(read_weights(fp32_dir, shape))
    with torch.no_grad():
        floats = network(torch.tensor([tokens]))[0].numpy()
        network.products = FakeQuantized(scheme)
        fake = network(torch.tensor([tokens]))[0].numpy()
    return engine.step(TokenTable.load(folder).embed(tokens)), fake, floats


@pytest.mark.parametrize(
    "name", ["int8-channel", "int8-tensor", "int8-group32", "int4-group32", "int4-channel", "nf4-group32"]
)
def test_the_network_computes_what_the_engine_computes(fp32_dir, tmp_path, name):
    tokens = [5, 100, 42, 260, 261, 7, 300, 12]
    engine, fake, floats = hidden_states(tmp_path / "small", fp32_dir, parse_scheme(name), tokens)
    apart, lost = np.abs(engine - fake).mean(), np.abs(engine - floats).mean()
    assert apart < 0.2 * lost


def test_a_mixture_follows_each_product(fp32_dir, tmp_path):
    scheme = Scheme().with_overrides(
        {"layers.0.mlp.down": parse_scheme("int4-group16"), "layers.1.self_attn.qkv": Scheme("fp16")}
    )
    engine, fake, floats = hidden_states(tmp_path / "small", fp32_dir, scheme, [5, 100, 42, 260])
    assert np.abs(engine - fake).mean() < 0.2 * np.abs(engine - floats).mean()


def test_there_is_nothing_to_learn_for_floats():
    with pytest.raises(UsageError, match="seen: fp16"):
        FakeQuantized(Scheme("fp16"))
