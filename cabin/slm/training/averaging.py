"""An exponential moving average of the weights: late steps differ from each other by noise, their mean has less of it.

Polyak and Juditsky 1992; the decay rises from near 0 so that the first weights are soon forgotten, as in TensorFlow's
ExponentialMovingAverage: min(decay, (1 + n) / (10 + n)) after n steps.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["WeightAverage"]


class WeightAverage:
    """The average of a network's weights so far."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self._weights = {name: p.detach().clone() for name, p in network.named_parameters()}

    def update(self, network: nn.Module) -> None:
        """Take the network's weights of this step in."""
        share = 1 - min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        mine = list(self._weights.values())
        theirs: list[Tensor] = [p.detach() for _, p in network.named_parameters()]
        with torch.no_grad():
            torch._foreach_lerp_(mine, theirs, share)

    def put_into(self, network: nn.Module) -> None:
        """Replace the network's weights by the average."""
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(self._weights[name])

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"updates": self.updates, "weights": self._weights}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.updates = state["updates"]
        for name, weight in state["weights"].items():
            self._weights[name].copy_(weight)
