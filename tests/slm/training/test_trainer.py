from __future__ import annotations

import json
import logging
from dataclasses import replace
from itertools import islice

import pytest
import torch

from cabin.errors import ModelError
from cabin.slm.training.batches import stream_batches
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.trainer import Trainer, TrainingPlan, choice_loss, choice_scores
from tests.slm import tiny

PLAN = TrainingPlan(steps=40, batch=16, peak_rate=3e-3)


@pytest.fixture(scope="module")
def batches(corpus, grammar):
    return list(islice(stream_batches(corpus.stream("train", 1), grammar, PLAN.batch, pool=10), PLAN.steps))


@pytest.fixture
def make(tmp_path, vocabulary):
    def make_trainer(plan=PLAN):
        torch.manual_seed(3)
        network = IntentNetwork(tiny.architecture(len(vocabulary)))
        return Trainer(network, plan, tmp_path / "work" / "checkpoint.pt")

    return make_trainer


def weights(trainer):
    return torch.cat([parameter.detach().flatten() for parameter in trainer.network.parameters()])


def test_losses_fall(make, batches):
    told = []
    trainer = make()
    trainer.run(iter(batches), told.append)
    assert [progress.step for progress in told] == [20, 40]
    assert told[1].loss < 0.8 * told[0].loss
    assert told[1].right > told[0].right
    assert told[1].seconds_left == 0


def test_killed_and_resumed_it_ends_where_it_would_have(make, batches):
    through = make()
    through._half = False
    through.run(iter(batches), lambda progress: None)
    torn = make()
    torn._half = False

    def until_killed():
        yield from batches[:15]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        torn.run(until_killed(), lambda progress: None)
    again = make()
    again._half = False
    assert again.resume()
    assert again.step == 15
    again.run(iter(batches[15:]), lambda progress: None)
    assert again.step == PLAN.steps
    assert torch.allclose(weights(again), weights(through), atol=1e-5)


def test_a_checkpoint_of_another_plan_is_not_used(make, caplog):
    make().save()
    other = make(TrainingPlan(steps=41, batch=16, peak_rate=3e-3))
    with caplog.at_level(logging.WARNING):
        assert not other.resume()
    assert "another plan" in caplog.text
    assert other.step == 0


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"no checkpoint"])
def test_a_damaged_checkpoint_is_not_used(make, caplog, data):
    trainer = make()
    trainer.save()
    trainer.checkpoint.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert not make().resume()
    assert "cannot be read" in caplog.text


def test_no_checkpoint(make):
    assert not make().resume()


@pytest.mark.parametrize("failing", [RuntimeError("no space left on device"), KeyboardInterrupt()])
def test_a_checkpoint_is_written_whole_or_not_at_all(make, monkeypatch, failing):
    trainer = make()
    trainer.save()
    before = trainer.checkpoint.read_bytes()

    def half(state, path):
        path.write_bytes(b"half")
        raise failing

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(ModelError if isinstance(failing, RuntimeError) else KeyboardInterrupt):
        trainer.save()
    assert trainer.checkpoint.read_bytes() == before
    assert [path.name for path in trainer.checkpoint.parent.iterdir()] == ["checkpoint.pt"]


def test_scores_are_those_of_the_allowed_tokens(make, batches):
    trainer, batch = make(), batches[0]
    scores = choice_scores(trainer.network, batch)
    assert torch.equal(torch.isinf(scores), batch.allowed < 0)
    hidden = trainer.network(batch.tokens)[batch.rows[0], batch.columns[0]]
    token = batch.vocabulary[batch.allowed[0, 0]]
    assert torch.allclose(scores[0, 0], hidden @ trainer.network.embed_tokens.weight[token], atol=1e-5)


def test_the_journal_tells_the_course(make, batches):
    trainer = make()
    trainer.run(iter(batches), lambda progress: None)
    lines = [json.loads(line) for line in trainer.checkpoint.with_suffix(".jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [20, 40]
    assert lines[1]["loss"] < lines[0]["loss"]
    assert lines[1]["seconds"] >= lines[0]["seconds"] > 0
    assert lines[1]["rate"] < lines[0]["rate"] < PLAN.peak_rate


def test_the_average_takes_the_place_of_the_weights_at_the_end(make, batches):
    plain, averaged = make(), make(replace(PLAN, average=0.9))
    for trainer in (plain, averaged):
        trainer._half = False
        trainer.run(iter(batches), lambda progress: None)
    assert not torch.allclose(weights(averaged), weights(plain), atol=1e-4)
    saved = torch.load(averaged.checkpoint, weights_only=True)
    names = [name for name, _ in plain.network.named_parameters()]
    last = torch.cat([saved["network"][name].flatten() for name in names])
    assert torch.allclose(last, weights(plain), atol=1e-6)  # the checkpoint goes on from the weights themselves
    again = make(replace(PLAN, average=0.9))
    assert again.resume()
    again.run(iter(()), lambda progress: None)
    assert torch.equal(weights(again), weights(averaged))


def test_a_checkpoint_from_before_averages_is_used(make):
    trainer = make()
    trainer.save()
    saved = torch.load(trainer.checkpoint, weights_only=True)
    del saved["plan"]["average"], saved["average"]
    torch.save(saved, trainer.checkpoint)
    assert make().resume()


def test_the_loss_is_that_of_the_choices_by_their_weights(make, batches):
    trainer, batch = make(), batches[0]
    scores = choice_scores(trainer.network, batch)
    each = torch.stack([-row.log_softmax(-1)[target] for row, target in zip(scores, batch.targets, strict=True)])
    assert torch.allclose(choice_loss(scores, batch), each.mean(), atol=1e-5)
    first_only = replace(batch, weights=torch.eye(len(each))[0])
    assert torch.allclose(choice_loss(scores, first_only), each[0], atol=1e-5)
