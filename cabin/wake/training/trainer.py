"""Training of the detector: examples in, weights out; checkpoints, and it goes on after a kill as if there was none."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from cabin.errors import ModelError, Problem
from cabin.wake.features import BANDS, FRAMES_PER_STEP
from cabin.wake.training.network import WakeNetwork, phrase_loss

if TYPE_CHECKING:
    from cabin.wake.training.corpus import Examples
    from cabin.wake.training.plan import WakeBuildPlan

__all__ = ["WakeProgress", "WakeTrainer", "use_threads"]

_log = logging.getLogger(__name__)

_TOLD_EVERY = 20
_WARM_UP = 0.1
_CLIP = 1.0
_MASKED_SHARE, _MOST_MASKED = 0.5, 8


@dataclass(frozen=True)
class WakeProgress:
    """Told now and then while training."""

    step: int
    steps: int
    loss: float
    """Mean over the steps since the last time."""
    seconds_left: float


def use_threads(count: int) -> None:
    """Train on so many processor threads from here on."""
    torch.set_num_threads(count)


class WakeTrainer:
    """AdamW with a one-cycle rate (Smith 2018, arXiv 1803.09820). What a step draws depends on seed and step alone."""

    def __init__(
        self, plan: WakeBuildPlan, examples: Examples, checkpoint: Path, judges: Examples | None = None
    ) -> None:
        """`judges`: examples of voices that are not trained on; the state is kept in which these are heard best."""
        self.plan, self.examples, self.checkpoint, self.judges = plan, examples, checkpoint, judges
        self.best_loss = float("inf")
        """Of the judges."""
        self._best: dict[str, Any] = {}
        torch.manual_seed(plan.seed)
        self.network = WakeNetwork(plan.shape)
        self.step = 0
        self._optimizer = torch.optim.AdamW(self.network.parameters(), lr=plan.peak_rate, weight_decay=0.01)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, plan.peak_rate, total_steps=plan.steps + 1, pct_start=_WARM_UP, final_div_factor=100.0
        )

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one of the same plan; return whether there was."""
        try:
            saved: dict[str, Any] = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            return False
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            _log.warning("checkpoint %s cannot be read and is not used: %s", self.checkpoint, str(error).split("\n")[0])
            return False
        if saved["plan"] != _plain(self.plan):
            _log.warning("checkpoint %s is of another plan and is not used", self.checkpoint)
            return False
        self.network.load_state_dict(saved["network"])
        self._optimizer.load_state_dict(saved["optimizer"])
        self._schedule.load_state_dict(saved["schedule"])
        self.step, self.best_loss, self._best = saved["step"], saved["best_loss"], saved["best"]
        return True

    def save(self) -> None:
        """Write the checkpoint; the old one stays until it is whole. Raises ModelError when the disk is full."""
        part = self.checkpoint.with_suffix(".part")
        state = {
            "plan": _plain(self.plan),
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "best_loss": self.best_loss,
            "best": self._best,
        }
        try:
            self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, part)
            os.replace(part, self.checkpoint)
        except (OSError, RuntimeError) as error:
            raise ModelError(Problem("the checkpoint cannot be written", str(part), str(error))) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def run(self, told: Callable[[WakeProgress], None] = lambda _progress: None) -> None:
        """Train to the plan's last step; interrupted, it keeps a checkpoint and passes the interruption on."""
        begun_s, first, losses = time.monotonic(), self.step, []
        try:
            while self.step < self.plan.steps:
                losses.append(self._learn())
                self.step += 1
                if self.step % self.plan.checkpoint_steps == 0:
                    self._judge()
                    self.save()
                if self.step % _TOLD_EVERY == 0 or self.step == self.plan.steps:
                    pace_s = (time.monotonic() - begun_s) / (self.step - first)
                    left_s = pace_s * (self.plan.steps - self.step)
                    told(WakeProgress(self.step, self.plan.steps, sum(losses) / len(losses), left_s))
                    losses = []
        except KeyboardInterrupt:
            self.save()
            raise
        self._judge()
        self.save()
        if self._best:
            self.network.load_state_dict(self._best)
        self.network.eval()

    def _judge(self) -> None:
        """Keep the state if the judges are heard better than ever."""
        if self.judges is None:
            return
        self.network.eval()
        with torch.no_grad():
            logits = self.network(torch.from_numpy(self.judges.features.astype(np.float32)))
            loss = float(phrase_loss(logits, torch.from_numpy(self.judges.labels.astype(np.float32))))
        if loss < self.best_loss:
            self.best_loss = loss
            self._best = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}

    def _learn(self) -> float:
        random = np.random.default_rng((self.plan.seed, self.step))
        torch.manual_seed(int(random.integers(2**31)))  # of what is dropped
        self.network.train()
        chosen = random.integers(0, len(self.examples.labels), self.plan.batch)
        features = torch.from_numpy(self.examples.features[chosen].astype(np.float32))
        _mask_bands(features, random)
        labels = torch.from_numpy(self.examples.labels[chosen].astype(np.float32))
        loss = phrase_loss(self.network(features), labels)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.detach())


def _mask_bands(features: torch.Tensor, random: np.random.Generator) -> None:
    """Flatten some bands of half of the pieces (Park et al. 2019, arXiv 1904.08779): none alone may decide."""
    for piece in features:
        if random.random() < _MASKED_SHARE:
            width = int(random.integers(1, _MOST_MASKED + 1))
            first = int(random.integers(0, BANDS - width))
            for frame in range(FRAMES_PER_STEP):
                at = frame * BANDS + first
                piece[:, at : at + width] = piece[:, at : at + width].mean()


def _plain(plan: WakeBuildPlan) -> dict[str, Any]:
    """Return a plan as torch saves and loads it without pickles of classes."""
    told = asdict(plan)
    told["voices"] = list(plan.voices)
    told["shape"]["dilations"] = list(plan.shape.dilations)
    return told
