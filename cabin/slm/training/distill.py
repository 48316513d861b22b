"""Distillation (Hinton et al. 2015, arXiv 1503.02531): a student learns what its teacher thinks of every choice.

Besides the right token it is told how likely the larger model holds each of the others, which says more than the right
one alone: that "open" was nearly "raise", say, and not "call". Loss = (1 - share) cross-entropy + share T^2 KL(teacher,
student), both distributions over the allowed tokens at temperature T; T^2 keeps the gradients' size whatever T is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from cabin.errors import ModelError, Problem, UsageError
from cabin.slm.package import read_info
from cabin.slm.training.start import from_model
from cabin.slm.training.trainer import choice_loss, choice_scores, faster_in_bfloat16
from cabin.slm.training.weights import read_tokenizer

if TYPE_CHECKING:
    from cabin.slm.training.batches import Batch
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.vocabulary import Vocabulary

__all__ = ["Teacher", "divergence", "read_teacher"]

_NEVER = -1e4
"""A score instead of minus infinity: its share is exactly 0, and 0 times its logarithm is 0 and not NaN."""


def divergence(teacher: Tensor, student: Tensor, temperature: float) -> Tensor:
    """Return KL(teacher, student) of each choice in nats; scores are (choices, most), -inf where padded."""
    theirs, ours = (functional.log_softmax(scores.clamp(min=_NEVER) / temperature, -1) for scores in (teacher, student))
    total: Tensor = functional.kl_div(ours, theirs, reduction="none", log_target=True).sum(-1)
    return total


class Teacher:
    """A trained network; called with a student's scores and their batch it returns the loss (a trainer's Loss)."""

    def __init__(self, network: IntentNetwork, temperature: float = 2.0, share: float = 0.5) -> None:
        self.network = network
        self.temperature = temperature
        self.share = share
        self._half = faster_in_bfloat16(network)
        network.requires_grad_(False)
        network.eval()

    def __call__(self, scores: Tensor, batch: Batch) -> Tensor:
        """Return the loss of a student that gave these scores to the allowed tokens of the batch."""
        device = scores.device.type
        self.network.to(scores.device)
        with torch.no_grad(), torch.autocast(device, torch.bfloat16, enabled=self._half or device != "cpu"):
            theirs = choice_scores(self.network, batch)
        apart = divergence(theirs, scores, self.temperature) * batch.weights
        soft = self.temperature**2 * apart.sum() / batch.weights.sum()
        return (1 - self.share) * choice_loss(scores, batch) + self.share * soft


def read_teacher(folder: Path, vocabulary: Vocabulary) -> IntentNetwork:
    """Return a trained model that reads and writes the same tokens; it may have another number of layers.

    Raises ModelError when it has no weights or other text tokens, UsageError when it does not know all the calls.
    """
    unknown = sorted(set(vocabulary.control) - set(read_info(folder).control))
    if unknown:
        seen = f"no token for {', '.join(unknown[:8])}" + (" and others" if len(unknown) > 8 else "")
        hint = "Train the teacher on the same catalogs."
        raise UsageError(Problem("the teacher does not know all that it should teach", str(folder), seen, hint=hint))
    if read_tokenizer(folder).get_vocab(with_added_tokens=False) != vocabulary.tokenizer.get_vocab(False):
        hint = "Train teacher and student with the same --text-tokens."
        raise ModelError(Problem("the teacher reads other text tokens than the student", str(folder), hint=hint))
    return from_model(folder, None, vocabulary, seed=0)[0]
