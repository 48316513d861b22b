"""A stage of a build: a network trained on a catalog's text, from its checkpoint on if there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from cabin.slm.training.batches import stream_batches
from cabin.slm.training.trainer import Loss, Trainer, TrainingPlan, choice_loss

if TYPE_CHECKING:
    from cabin.slm.corpus import Corpus
    from cabin.slm.grammar import CallGrammar
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.training.trainer import Progress

    Tell = Callable[[str, Progress | None], None]
    """What is being done, and how far training is."""

__all__ = ["accelerator", "train_stage"]


def accelerator() -> str:
    """Return the torch device to train on: a CUDA device when there is one, else the processor."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def train_stage(
    network: IntentNetwork,
    plan: TrainingPlan,
    corpus: Corpus,
    grammar: CallGrammar,
    checkpoint: Path,
    tell: Tell,
    *,
    what: str = "training",
    loss: Loss = choice_loss,
) -> int:
    """Train to the plan's last step and return the steps made; the network is back on the processor then.

    What is drawn after a kill differs from what would have been drawn, and is as reproducible.
    """
    trainer = Trainer(network, plan, checkpoint, accelerator(), loss)
    if trainer.resume():
        tell(f"{what}: going on from step {trainer.step} of {checkpoint}", None)
    seed = plan.seed + trainer.step
    batches = stream_batches(corpus.stream("train", seed), grammar, plan.batch, seed=seed)
    trainer.run(batches, lambda progress: tell(what, progress))
    network.to("cpu")
    return trainer.step
