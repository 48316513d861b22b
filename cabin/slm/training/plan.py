"""What to build: the one recipe of the shipped model, and a quick one for a new catalog."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from cabin.quantization.scheme import Scheme

__all__ = ["BuildPlan", "quick_plan"]


@dataclass(frozen=True)
class BuildPlan:
    """The defaults make the shipped model."""

    layers: int = 8
    text_tokens: int = 12_000
    steps: int = 7_000
    batch: int = 64
    peak_rate: float = 1.2e-3
    average: float = 0.0
    """Decay of the moving average of the weights that is kept at the end; 0: the last weights."""
    seed: int = 1
    held_back: int = 3_000
    """Sentences measured on, from patterns that training never sees."""
    scheme: Scheme = field(default_factory=Scheme)
    max_loss: float = 1.0
    """Percentage points of `function` that quantizing may cost on held-back text; more fails the build."""
    threads: int = 2
    qat_steps: int = 0
    """Steps of the last stage, with fake quantization to `scheme`; 0: none."""
    qat_rate: float = 1e-4
    """Its highest learning rate: about a tenth of the first one's."""
    temperature: float = 2.0
    """Of the distributions that a teacher's student is brought near to."""
    teacher_share: float = 0.5
    """How much of the loss is the teacher's, when there is one."""

    def of_training(self) -> dict[str, Any]:
        """Return what decides the trained weights: two plans alike in this can share a checkpoint."""
        found = {name: getattr(self, name) for name in ("layers", "text_tokens", "steps", "batch", "peak_rate", "seed")}
        return found | ({"average": self.average} if self.average else {})

    def changed(self, **fields: Any) -> BuildPlan:
        """Return the plan with other values."""
        return replace(self, **fields)


def quick_plan(goes_on: bool = False) -> BuildPlan:
    """Return a plan that two cores finish in minutes.

    It either goes on from a trained model, at half the rate so that what it knows is kept, or takes fewer layers of the
    base model.
    """
    plan = BuildPlan(steps=400, held_back=1_000)
    return plan.changed(peak_rate=6e-4) if goes_on else plan.changed(layers=5, steps=500)
