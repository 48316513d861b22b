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
    steps: int = 3_000
    batch: int = 128
    peak_rate: float = 1.2e-3
    seed: int = 1
    held_back: int = 3_000
    """Sentences measured on, from patterns that training never sees."""
    scheme: Scheme = field(default_factory=Scheme)
    max_loss: float = 1.0
    """Percentage points of `function` that quantizing may cost on held-back text; more fails the build."""
    threads: int = 2

    def changed(self, **fields: Any) -> BuildPlan:
        """Return the plan with other values."""
        return replace(self, **fields)


def quick_plan() -> BuildPlan:
    """Return a plan that two cores finish in minutes: fewer layers and steps."""
    return BuildPlan(layers=5, steps=500, held_back=1_000)
