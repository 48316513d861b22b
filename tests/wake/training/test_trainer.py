"""Training: it learns what can be learned, goes on exactly where it stopped, and passes damage over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cabin.errors import ModelError
from cabin.wake.training.corpus import PIECE_STEPS, Examples
from cabin.wake.training.plan import DetectorShape, WakeBuildPlan
from cabin.wake.training.trainer import WakeTrainer

PLAN = WakeBuildPlan(
    steps=30, batch=8, checkpoint_steps=10, peak_rate=0.01, shape=DetectorShape(channels=8, kernel=2, dilations=(1,))
)


@pytest.fixture(scope="module")
def examples():
    """A loud step is the phrase."""
    rng = np.random.default_rng(1)
    features = rng.normal(0, 0.1, (32, PIECE_STEPS, 80)).astype(np.float16)
    labels = np.zeros((32, PIECE_STEPS), dtype=np.int8)
    for number in range(16):
        features[number, 30:34] += 2.0
        labels[number, 30:34] = 1
    return Examples(features, labels)


def weights(trainer):
    return torch.cat([parameter.detach().ravel() for parameter in trainer.network.parameters()])


def test_it_learns(examples, tmp_path):
    told = []
    trainer = WakeTrainer(replace(PLAN, steps=60), examples, tmp_path / "t.pt")
    trainer.run(told.append)
    assert [progress.step for progress in told] == [20, 40, 60]
    assert told[-1].loss < told[0].loss / 2
    scores = torch.sigmoid(trainer.network(torch.from_numpy(examples.features.astype(np.float32))))
    assert scores[:16, 30:34].mean() > scores[16:].mean() + 0.3


def test_stopped_and_gone_on_is_the_same_as_never_stopped(examples, tmp_path):
    whole = WakeTrainer(PLAN, examples, tmp_path / "whole.pt")
    whole.run()
    first = WakeTrainer(PLAN, examples, tmp_path / "parts.pt")
    with pytest.raises(KeyboardInterrupt):
        first.run(lambda progress: (_ for _ in ()).throw(KeyboardInterrupt))
    assert first.step == 20
    second = WakeTrainer(PLAN, examples, tmp_path / "parts.pt")
    assert second.resume()
    assert second.step == 20
    second.run()
    torch.testing.assert_close(weights(second), weights(whole))


def test_no_checkpoint_or_one_of_another_plan_or_a_damaged_one_is_not_used(examples, tmp_path):
    trainer = WakeTrainer(PLAN, examples, tmp_path / "t.pt")
    assert not trainer.resume()
    trainer.save()
    assert not WakeTrainer(replace(PLAN, seed=9), examples, tmp_path / "t.pt").resume()
    (tmp_path / "t.pt").write_bytes(b"damaged")
    assert not trainer.resume()


def test_a_disk_that_is_full_is_told(examples, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="checkpoint"):
        WakeTrainer(PLAN, examples, tmp_path / "file" / "t.pt").save()


def test_the_state_that_the_judges_hear_best_is_kept(examples, tmp_path):
    """The judges' labels are the wrong way round: every step makes it worse for them, the first look is the best."""
    contrary = Examples(examples.features, (examples.labels == 0).astype(np.int8))
    told = []
    trainer = WakeTrainer(replace(PLAN, checkpoint_steps=2), examples, tmp_path / "t.pt", contrary)
    judge = trainer._judge
    trainer._judge = lambda: (judge(), told.append((trainer.best_loss, weights(trainer).clone())))
    trainer.run()
    best = next(state for loss, state in told if loss == trainer.best_loss)
    torch.testing.assert_close(weights(trainer), best)
    assert not torch.allclose(weights(trainer), told[-1][1])
    assert trainer.best_loss == min(loss for loss, _ in told)
