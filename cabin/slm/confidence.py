"""Calibration: turning the product of probabilities into a confidence that means what it says.

One number, the temperature, is fitted on text that the model did not train on, by the likelihood of being right (Guo
et al. 2017, arXiv 1706.04599, applied to the product over a whole writing).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cabin.slm.evaluation import Evaluation
from cabin.slm.package import Calibration

__all__ = ["calibrate", "expected_calibration_error"]

_TEMPERATURES = tuple(0.5 * 1.05**step for step in range(60))
_CLOSE_TO_ZERO = 1e-4


def calibrate(measured: Evaluation, act: float = 0.2) -> Calibration:
    """Return the temperature under which the confidences of `measured` (taken at temperature 1) are likeliest.

    `act` is the confidence below which a command is refused as unclear.
    """
    pairs = [(max(confidence, 1e-12), right) for confidence, right in measured.outcomes]
    best = min(_TEMPERATURES, key=lambda t: _log_loss(pairs, t)) if pairs else 1.0
    return Calibration(round(best, 4), act)


def _log_loss(pairs: Sequence[tuple[float, bool]], temperature: float) -> float:
    total = 0.0
    for confidence, right in pairs:
        share = min(max(confidence ** (1.0 / temperature), _CLOSE_TO_ZERO), 1.0 - _CLOSE_TO_ZERO)
        total -= math.log(share if right else 1.0 - share)
    return total / len(pairs)


def expected_calibration_error(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the mean distance of confidence and share of right ones, over equal bins (Naeini et al. 2015); 0 to 1."""
    total = 0.0
    for at in range(bins):
        low, high = at / bins, (at + 1) / bins
        inside = [(c, r) for c, r in outcomes if low < c <= high or (at == 0 and c == 0)]
        if inside:
            confidence = sum(c for c, _ in inside) / len(inside)
            right = sum(r for _, r in inside) / len(inside)
            total += len(inside) / len(outcomes) * abs(confidence - right)
    return total
