from __future__ import annotations

import pytest
import torch

from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.stages import accelerator, train_stage
from cabin.slm.training.trainer import TrainingPlan
from tests.slm import tiny


def test_a_stage_trains_and_goes_on_from_its_checkpoint(corpus, grammar, vocabulary, tmp_path):
    network = IntentNetwork(tiny.architecture(len(vocabulary)))
    before = network.norm.weight.detach().clone()
    told = []

    def stage(what):
        plan = TrainingPlan(steps=3, batch=4)
        tell = lambda text, progress: told.append((text, progress and progress.step))  # noqa: E731
        return train_stage(network, plan, corpus, grammar, tmp_path / "checkpoint.pt", tell, what=what)

    assert stage("first") == 3
    assert told == [("first", 3)]
    assert not torch.equal(network.norm.weight, before)
    assert stage("again") == 3
    assert [text.partition(" of ")[0] for text, _ in told[1:]] == ["again: going on from step 3"]


@pytest.mark.parametrize("there", [False, True])
def test_an_accelerator_is_used_when_there_is_one(monkeypatch, there):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert accelerator() == ("cuda" if there else "cpu")
