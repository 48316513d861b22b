from __future__ import annotations

import copy
from itertools import cycle, islice

import numpy as np
import pytest
import torch

from cabin.errors import ModelError, UsageError
from cabin.quantization.scheme import Scheme, parse_scheme
from cabin.slm.corpus import Corpus
from cabin.slm.embedding import TokenTable
from cabin.slm.package import ModelInfo, read_info, verify
from cabin.slm.training.batches import encode, stream_batches
from cabin.slm.training.fake_quant import FakeQuantized
from cabin.slm.training.network import IntentNetwork, Products
from cabin.slm.training.prune import mean_loss
from cabin.slm.training.qat import QatPlan, make_ready, train_aware
from cabin.slm.training.trainer import Trainer, TrainingPlan, choice_scores
from cabin.slm.training.weights import read_weights, write_fp32
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="module")
def trained(corpus, grammar, vocabulary, tmp_path_factory):
    """A network that has learnt something."""
    torch.manual_seed(1)
    network = IntentNetwork(tiny.architecture(len(vocabulary)))
    batches = stream_batches(corpus.stream("train", 1), grammar, 16, pool=8)
    checkpoint = tmp_path_factory.mktemp("trained") / "checkpoint.pt"
    Trainer(network, TrainingPlan(40, 16, 4e-3), checkpoint).run(batches, lambda progress: None)
    return network


@pytest.fixture
def source(trained, catalog, vocabulary, fp32_dir, tmp_path):
    info = read_info(fp32_dir)
    write_fp32(tmp_path / "source", info, trained, vocabulary.tokenizer)
    return tmp_path / "source"


def quiet(what, progress):
    pass


def test_it_learns_to_bear_few_bits(corpus, grammar, vocabulary, tmp_path):
    """Batches learnt by heart, then one outlier a matrix, which makes the step coarse for all other weights: the same
    further steps with fake quantization end far lower in few bits than without it."""
    scheme = parse_scheme("int4-tensor")
    batches = list(islice(stream_batches(corpus.stream("train", 1), grammar, 16, pool=4), 4))

    def train(network, steps, rate, name):
        trainer = Trainer(network, TrainingPlan(steps, 16, rate), tmp_path / f"{name}.pt")
        trainer.run(cycle(batches), lambda progress: None)
        return network

    def loss(network):
        network.products = FakeQuantized(scheme)
        return mean_loss(network, batches)

    torch.manual_seed(1)
    spoilt = train(IntentNetwork(tiny.architecture(len(vocabulary))), 60, 4e-3, "first")
    with torch.no_grad():
        for weight in spoilt.layers.parameters():
            if weight.ndim == 2:
                weight[0, 0] = 4 * weight.abs().max()
    plain, aware = copy.deepcopy(spoilt), copy.deepcopy(spoilt)
    aware.products = FakeQuantized(scheme)
    assert loss(train(aware, 30, 1e-3, "aware")) < 0.5 * loss(train(plain, 30, 1e-3, "plain"))


def test_afterwards_the_network_computes_in_floats_again(trained, corpus, grammar, tmp_path):
    network = copy.deepcopy(trained)
    assert train_aware(network, QatPlan(Scheme(), 1, 4), corpus, grammar, tmp_path / "checkpoint.pt", quiet) == 1
    assert type(network.products) is Products


@pytest.mark.parametrize("name", ["int8-channel", "int4-group32", "nf4-group32"])
def test_the_exported_model_chooses_as_the_trained_network_does(source, corpus, grammar, tmp_path, name):
    scheme = parse_scheme(name)
    plan = QatPlan(scheme, steps=3, batch=8, peak_rate=1e-3)
    ready = make_ready(source, plan, corpus, tmp_path / "work", quiet, threads=1)
    OnnxQuantizer().quantize(ready, tmp_path / "small", scheme)
    table, engine = TokenTable.load(tmp_path / "small"), OnnxBackend(tmp_path / "small", 1)
    network = IntentNetwork(read_info(ready).architecture)
    network.load_state_dict(read_weights(ready, network.architecture))
    network.products = FakeQuantized(scheme)
    same = []
    for example in islice((e for e in corpus.stream("held_back", 3) if e.calls), 15):
        (batch,) = stream_batches([example], grammar, 1, pool=1)
        item = encode(example, grammar)
        engine.start()
        hidden = engine.step(table.embed(list(item.tokens)))
        with torch.no_grad():
            scores = choice_scores(network, batch)
        for row, (column, allowed, _) in zip(scores, item.choices, strict=True):
            theirs = table.score(hidden[column], list(allowed))
            assert np.abs(theirs - row[: len(allowed)].numpy()).max() < 0.25 * max(1.0, float(np.abs(theirs).max()))
            same.append(int(theirs.argmax()) == int(row.argmax()))
    assert len(same) > 30
    assert sum(same) >= 0.97 * len(same)  # two tokens alike to the last bit of an activation may change places


def test_what_is_made_ready_says_so_and_goes_on(source, corpus, tmp_path):
    told = []
    plan = QatPlan(Scheme(), steps=2, batch=4, teacher=source)
    for _ in range(2):
        ready = make_ready(source, plan, corpus, tmp_path / "work", lambda what, p: told.append(what), threads=1)
    verify(ready)
    info = read_info(ready)
    assert info.number_format == "fp32"
    assert info.provenance["quantization_aware"] == {
        "scheme": "int8-channel", "steps": 2, "batch": 4, "peak_rate": 1e-4
    }  # fmt: skip
    assert told[0] == "training in int8-channel"
    assert any("going on from step 2" in what for what in told[1:])
    other = make_ready(source, QatPlan(Scheme(), 2, 4, peak_rate=2e-4), corpus, tmp_path / "work", quiet, threads=1)
    assert other != ready


def test_what_cannot_be_made_ready(source, catalog, corpus, vocabulary, tmp_path):
    with pytest.raises(UsageError, match="seen: fp16"):
        make_ready(source, QatPlan(Scheme("fp16"), 1, 4), corpus, tmp_path / "work", quiet)
    info = read_info(source)
    stranger = ModelInfo(info.architecture, info.control, type(info.spec)({}), "fp32", {}, {})
    write_fp32(tmp_path / "stranger", stranger, IntentNetwork(info.architecture), vocabulary.tokenizer)
    with pytest.raises(ModelError, match=r"no sentence can be written.*--catalog"):
        make_ready(tmp_path / "stranger", QatPlan(Scheme(), 1, 4), Corpus(catalog), tmp_path / "work", quiet)
