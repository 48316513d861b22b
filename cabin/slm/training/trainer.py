"""Training: batches in, weights out; it tells how long it will take, keeps checkpoints, and goes on after a kill."""

from __future__ import annotations

import logging
import os
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from cabin.errors import ModelError, Problem
from cabin.slm.training.averaging import WeightAverage
from cabin.slm.training.batches import Batch
from cabin.slm.training.journal import Journal
from cabin.slm.training.network import IntentNetwork

__all__ = ["Loss", "Progress", "Trainer", "TrainingPlan", "choice_loss", "choice_scores", "faster_in_bfloat16"]

_log = logging.getLogger(__name__)

Loss = Callable[[Tensor, Batch], Tensor]
"""From scores (choices, most) and their batch to what is made smaller: one number."""


@dataclass(frozen=True)
class TrainingPlan:
    """How long and how fast to learn."""

    steps: int
    batch: int = 64
    peak_rate: float = 6e-4
    warm_up: float = 0.05
    """Share of the steps in which the rate rises."""
    weight_decay: float = 0.01
    clip: float = 1.0
    checkpoint_s: float = 300.0
    seed: int = 0
    average: float = 0.0
    """Decay of the moving average of the weights that replaces them at the end; 0: none."""


@dataclass(frozen=True)
class Progress:
    """Told now and then while training."""

    step: int
    steps: int
    loss: float
    """Mean natural-log loss of a choice, over the last steps."""
    right: float
    """Share of choices that were right."""
    seconds_left: float


def choice_scores(network: IntentNetwork, batch: Batch) -> Tensor:
    """Return the scores (choices, most) of the allowed tokens; -inf where padded."""
    hidden = network(batch.tokens)[batch.rows, batch.columns]
    scores = functional.linear(hidden, network.rows(batch.vocabulary)).float().gather(1, batch.allowed.clamp(min=0))
    return scores.masked_fill(batch.allowed < 0, float("-inf"))


def choice_loss(scores: Tensor, batch: Batch) -> Tensor:
    """Return the mean cross-entropy of the choices, each by its weight."""
    losses = functional.cross_entropy(scores, batch.targets, reduction="none")
    mean: Tensor = (losses * batch.weights).sum() / batch.weights.sum()
    return mean


def faster_in_bfloat16(network: IntentNetwork, tries: int = 4) -> bool:
    """Measure whether this machine trains faster with bfloat16 products: without the instructions it is far slower.

    The two are timed in turn and the best time of each counts, for other work on the machine only ever adds.
    """
    tokens = torch.randint(0, network.architecture.tokens, (32, 24))
    best = {True: float("inf"), False: float("inf")}
    for _ in range(tries):
        for enabled in (True, False):
            start = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
                network(tokens).float().sum().backward()
            best[enabled] = min(best[enabled], time.perf_counter() - start)
            network.zero_grad()
    return best[True] < best[False]


class Trainer:
    """AdamW with a one-cycle rate (Smith 2018, arXiv 1803.09820) on the choices that the automaton leaves open.

    Beside the checkpoint, JSON lines tell the course of the training (cabin.slm.training.journal).
    """

    def __init__(
        self,
        network: IntentNetwork,
        plan: TrainingPlan,
        checkpoint: Path,
        device: str = "cpu",
        loss: Loss = choice_loss,
    ) -> None:
        self.network = network.to(device)
        self.plan = plan
        self.loss = loss
        self.device = device
        self.checkpoint = checkpoint
        self.step = 0
        matrices = [p for p in network.parameters() if p.ndim > 1]
        vectors = [p for p in network.parameters() if p.ndim == 1]
        groups = [{"params": matrices, "weight_decay": plan.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=plan.peak_rate, betas=(0.9, 0.98), fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, plan.peak_rate, total_steps=plan.steps + 1, pct_start=plan.warm_up, final_div_factor=100.0
        )
        self.average = WeightAverage(network, plan.average) if plan.average else None
        self.journal = Journal(checkpoint.with_suffix(".jsonl"))
        self._half = device != "cpu" or faster_in_bfloat16(network)

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one of the same plan; return whether there was."""
        if not self.checkpoint.is_file():
            return False
        try:
            saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            _log.warning("checkpoint %s cannot be read and is not used: %s", self.checkpoint, str(error).split("\n")[0])
            return False
        if {"average": 0.0, **saved["plan"]} != asdict(self.plan):
            _log.warning("checkpoint %s is of another plan and is not used", self.checkpoint)
            return False
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.load_state_dict(saved["schedule"])
        self.step = saved["step"]
        if self.average is not None:
            self.average.load(saved["average"])
        return True

    def save(self) -> None:
        """Write the checkpoint; the old one stays until it is whole. Raises ModelError when the disk is full."""
        part = self.checkpoint.with_suffix(".part")
        state = {
            "plan": asdict(self.plan),
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.state() if self.average is not None else None,
        }
        try:
            self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, part)
            os.replace(part, self.checkpoint)
        except (OSError, RuntimeError) as error:  # torch tells of a full disk by a RuntimeError
            hint = "Free some space, or set CABIN_CACHE to another folder."
            raise ModelError(
                Problem("the checkpoint could not be written", str(part), str(error), hint=hint)
            ) from error
        finally:
            part.unlink(missing_ok=True)

    def run(self, batches: Iterator[Batch], tell: Callable[[Progress], None]) -> None:
        """Train until the plan's last step; then the average, if there is one, takes the weights' place.

        A KeyboardInterrupt saves the checkpoint and goes on up.
        """
        begun, first, saved = time.monotonic(), self.step, time.monotonic()
        before_s = self.journal.begin(self.step)
        losses: list[float] = []
        rights: list[float] = []
        try:
            while self.step < self.plan.steps:
                rate = self.schedule.get_last_lr()[0]
                loss, right = self._learn(next(batches))
                losses, rights = [*losses[-49:], loss], [*rights[-49:], right]
                self.step += 1
                spent_s = time.monotonic() - begun
                self.journal.add(self.step, loss, right, rate, before_s + spent_s)
                if self.step % 20 == 0 or self.step == self.plan.steps:
                    left = spent_s / (self.step - first) * (self.plan.steps - self.step)
                    mean = sum(losses) / len(losses), sum(rights) / len(rights)
                    tell(Progress(self.step, self.plan.steps, mean[0], mean[1], left))
                if time.monotonic() - saved > self.plan.checkpoint_s:
                    self.save()
                    saved = time.monotonic()
        finally:
            self.save()
        if self.average is not None:
            self.average.put_into(self.network)

    def _learn(self, batch: Batch) -> tuple[float, float]:
        self.network.train()
        batch = Batch(**{name: getattr(batch, name).to(self.device) for name in Batch.__dataclass_fields__})
        with torch.autocast(self.device, torch.bfloat16, enabled=self._half):
            scores = choice_scores(self.network, batch)
        loss = self.loss(scores, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.plan.clip)
        self.optimizer.step()
        self.schedule.step()
        if self.average is not None:
            self.average.update(self.network)
        right = (scores.argmax(-1) == batch.targets).float().mean().item()
        return loss.item(), right
