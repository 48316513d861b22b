from __future__ import annotations

import copy
from itertools import islice

import numpy as np
import pytest
import torch

from cabin.errors import UsageError
from cabin.quantization.scheme import Scheme
from cabin.slm.embedding import TokenTable
from cabin.slm.package import read_info, verify
from cabin.slm.parser import IntentParser
from cabin.slm.training.batches import stream_batches
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.prune import mean_loss, neuron_importance, prune_model, without_layers, without_neurons
from cabin.slm.training.trainer import Trainer, TrainingPlan, choice_loss, choice_scores
from cabin.slm.training.weights import read_weights, write_fp32
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="module")
def batches(corpus, grammar):
    return list(islice(stream_batches(corpus.stream("train", 1), grammar, 16, pool=8), 32))


@pytest.fixture(scope="module")
def network(vocabulary, batches, tmp_path_factory):
    torch.manual_seed(1)
    made = IntentNetwork(tiny.architecture(len(vocabulary), 3))
    checkpoint = tmp_path_factory.mktemp("prune") / "checkpoint.pt"
    Trainer(made, TrainingPlan(24, 16, 3e-3), checkpoint).run(iter(batches[:24]), lambda progress: None)
    return made


def test_importance_is_the_change_of_the_loss_when_a_neuron_fades(network, batches):
    """Against finite differences: the derivative by a factor before the neuron's output."""
    one = batches[24:25]
    importance = neuron_importance(network, one)
    assert importance.shape == (3, 128)
    faded = copy.deepcopy(network)
    for layer, neuron in ((0, int(importance[0].argmax())), (2, 5)):
        losses = []
        for factor in (0.99, 1.01):
            faded.load_state_dict(network.state_dict())
            with torch.no_grad():
                faded.layers[layer].mlp.down_proj.weight[:, neuron] *= factor
                losses.append(choice_loss(choice_scores(faded, one[0]), one[0]).double())
        slope = (losses[1] - losses[0]) / 0.02
        assert float(importance[layer, neuron]) == pytest.approx(float(slope**2), rel=0.1, abs=1e-9)


def test_what_matters_least_goes_first(network, batches):
    importance = neuron_importance(network, batches[:8])
    best = mean_loss(without_neurons(network, importance, 64), batches[24:])
    worst = mean_loss(without_neurons(network, -importance, 64), batches[24:])
    assert best < worst


def test_dead_neurons_are_taken_out_without_any_change(network, batches):
    dead = copy.deepcopy(network)
    alive = torch.rand(3, 128, generator=torch.Generator().manual_seed(3)).argsort(1)[:, :80]
    with torch.no_grad():
        for layer, kept in zip(dead.layers, alive, strict=True):
            mask = torch.zeros(128)
            mask[kept] = 1
            layer.mlp.down_proj.weight *= mask
    smaller = without_neurons(dead, neuron_importance(dead, batches[:4]), 80)
    assert smaller.architecture.feed_forward == 80
    assert torch.allclose(smaller(batches[0].tokens), dead(batches[0].tokens), atol=1e-5)


def test_a_layer_that_does_nothing_goes_first(network, batches):
    idle = copy.deepcopy(network)
    with torch.no_grad():
        idle.layers[1].self_attn.o_proj.weight.zero_()
        idle.layers[1].mlp.down_proj.weight.zero_()
    told = []
    smaller, kept = without_layers(idle, batches[:2], 2, told.append)
    assert kept == [0, 2]
    assert told[0].startswith("without layer 1 the loss is")
    assert torch.allclose(smaller(batches[0].tokens), idle(batches[0].tokens), atol=1e-5)
    assert len(idle.layers) == 3
    one, kept = without_layers(idle, batches[:2], 1, told.append)
    assert (len(kept), one.architecture.layers) == (1, 1)


def test_there_must_be_something_to_take_out(network, batches):
    with pytest.raises(UsageError, match=r"--feed-forward.*seen: 128.*fewer than the 128"):
        without_neurons(network, torch.zeros(3, 128), 128)
    with pytest.raises(UsageError, match=r"--layers.*seen: 3"):
        without_layers(network, batches[:1], 3, lambda text: None)


def test_a_pruned_model_is_written_exported_and_parses(fp32_dir, catalog, corpus, tmp_path):
    found = prune_model(fp32_dir, tmp_path / "pruned", corpus, layers=1, feed_forward=96, sentences=64)
    verify(tmp_path / "pruned")
    info = read_info(tmp_path / "pruned")
    assert (info.architecture.layers, info.architecture.feed_forward) == (1, 96)
    assert (len(found.layers), found.parameters_after) == (1, info.architecture.parameters)
    assert info.provenance["pruned"] == {"layers": list(found.layers), "feed_forward": 96, "sentences": 64}
    assert found.loss_before > 0
    assert found.loss_after > 0
    network = IntentNetwork(info.architecture)
    network.load_state_dict(read_weights(tmp_path / "pruned", info.architecture))
    tokens = [5, 100, 42, 260]
    for scheme in (Scheme("fp32"), Scheme("int8", "group", 32)):
        OnnxQuantizer().quantize(tmp_path / "pruned", tmp_path / scheme.name, scheme)
        engine = OnnxBackend(tmp_path / scheme.name, 1)
        engine.start()
        hidden = engine.step(TokenTable.load(tmp_path / scheme.name).embed(tokens))
        with torch.no_grad():
            wanted = network(torch.tensor([tokens]))[0].numpy()
        assert np.abs(hidden - wanted).mean() < (1e-4 if scheme.bits == 32 else 0.05)
        parser = IntentParser.load(tmp_path / scheme.name, catalog, backend=OnnxBackend)
        assert 0 < parser.parse("open the window").confidence <= 1


def test_one_of_both_may_stay(network, vocabulary, fp32_dir, corpus, tmp_path):
    info = read_info(fp32_dir)
    deep = type(info)(network.architecture, info.control, info.spec, "fp32", info.provenance, info.fingerprint)
    write_fp32(tmp_path / "deep", deep, network, vocabulary.tokenizer)
    found = prune_model(tmp_path / "deep", tmp_path / "narrow", corpus, feed_forward=112, sentences=64)
    assert (found.layers, found.feed_forward) == ((0, 1, 2), 112)
    assert found.loss_after < found.loss_before + 0.5
    told = []
    found = prune_model(tmp_path / "deep", tmp_path / "flat", corpus, layers=2, sentences=32, tell=told.append)
    assert (len(found.layers), found.feed_forward, len(told)) == (2, 128, 1)
