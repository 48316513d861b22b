"""The detector's network while it is trained; the arithmetic of one step is that of cabin.wake.training.export.

Causal layers over steps of 32 ms. The first sees two steps of features (four frames), the others their own input at
`kernel` places that lie `dilation` steps apart, with a residual sum: 92,000 parameters in the default shape.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cabin.wake.features import BANDS, FRAMES_PER_STEP
from cabin.wake.training.plan import DetectorShape

__all__ = ["WakeNetwork", "phrase_loss"]

_INPUT = BANDS * FRAMES_PER_STEP
_EASY_SHARE = 0.25
_DROPPED = 0.1
_HARDEST = 4


class WakeNetwork(nn.Module):  # type: ignore[misc]
    """Features (batch, steps, 80) -> logits (batch, steps): has the phrase just ended?"""

    def __init__(self, shape: DetectorShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.channels
        self.first = nn.Linear(2 * _INPUT, width)
        self.reaching = nn.ModuleList(nn.Linear(shape.kernel * width, width) for _ in shape.dilations)
        self.mixing = nn.ModuleList(nn.Linear(width, width) for _ in shape.dilations)
        self.last = nn.Linear(width, 1)
        self.dropped = nn.Dropout(_DROPPED)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits; before the first step stand zeros, as in a stream that begins."""
        hidden = torch.relu(self.first(_places(features, 2, 1)))
        for dilation, reaching, mixing in zip(self.shape.dilations, self.reaching, self.mixing, strict=True):
            seen = torch.relu(reaching(_places(hidden, self.shape.kernel, dilation)))
            hidden = torch.relu(hidden + mixing(self.dropped(seen)))
        logits: Tensor = self.last(hidden).squeeze(-1)
        return logits


def phrase_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the loss of a batch: labels (batch, steps) are 1 where the phrase has just ended, 0 elsewhere, -1 ignored.

    Binary cross-entropy: over the steps of phrases, over all other steps, and again over each piece's hardest steps,
    since a false wake needs only one.
    """
    wrong = nn.functional.binary_cross_entropy_with_logits(logits, labels.clamp(min=0), reduction="none")
    is_phrase, is_other = labels == 1, labels == 0
    phrase = (wrong * is_phrase).sum() / is_phrase.sum().clamp(min=1)
    other = (wrong * is_other).sum() / is_other.sum().clamp(min=1)
    hardest = (wrong * is_other).topk(_HARDEST, dim=1).values.mean()
    return phrase + _EASY_SHARE * other + hardest


def _places(hidden: Tensor, kernel: int, dilation: int) -> Tensor:
    """Return for each step what `kernel` steps hold, `dilation` apart, the oldest first: (batch, steps, kernel * n)."""
    reach = (kernel - 1) * dilation
    padded = nn.functional.pad(hidden, (0, 0, reach, 0))
    steps = hidden.shape[1]
    return torch.cat([padded[:, at * dilation : at * dilation + steps] for at in range(kernel)], dim=-1)
