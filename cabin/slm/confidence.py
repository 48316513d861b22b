"""Calibration: fitting confidence so that it means what it says, and choosing from where on the car acts.

Fitted on text that the model did not train on: of all readings with a confidence of 0.8, eight in ten should be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cabin.slm.calibration import EVIDENCE, Calibration
from cabin.slm.evaluation import Judged

__all__ = ["Bin", "calibrate", "expected_calibration_error", "reliability"]

Array = NDArray[np.float64]

_RIDGE = 1.0
"""Penalty on the weights; holds them where the evidence says little."""
_NEWTON_STEPS = 50
_ASKED_WRONGLY_COSTS = 1.0
"""Asking about a thing that nobody wanted is this many times as bad as not offering one that was: sets `confirm`."""
_SURE = 0.95
"""Above `act`, this share of what is done is right."""


@dataclass(frozen=True)
class Bin:
    """Readings of like confidence."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean, 0 to 1."""
    right: float
    """Share that was right, 0 to 1."""


def calibrate(measured: Sequence[Judged]) -> Calibration:
    """Return the calibration that makes what was measured likeliest, with the zones that follow from it.

    Logistic regression with a ridge (Platt 1999), by Newton's method. With nothing measured, nothing is changed.
    """
    seen = [each for each in measured if each.evidence]
    if not seen or len({each.right for each in seen}) < 2:
        return Calibration()
    x = np.array([[each.evidence[name] for name in EVIDENCE] for each in seen], np.float64)
    y = np.array([each.right for each in seen], np.float64)
    center, spread = x.mean(0), np.where(x.std(0) > 0, x.std(0), 1.0)
    solution = _logistic(np.column_stack([np.ones(len(x)), (x - center) / spread]), y)
    weights = solution[1:] / spread
    fitted = Calibration(
        round(float(solution[0] - weights @ center), 5),
        {name: round(float(weight), 5) for name, weight in zip(EVIDENCE, weights, strict=True)},
    )
    done = [(fitted.confidence(each.evidence), each.right) for each in seen if each.acted]
    confirm = _best_border(done)
    return Calibration(fitted.bias, fitted.weights, confirm, max(confirm, _sure_from(done)))


def _logistic(x: Array, y: Array) -> Array:
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[0] = 1e-6
    w = np.zeros(x.shape[1])
    for _ in range(_NEWTON_STEPS):
        share = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (share - y) + ridge * w
        curve = (x * (share * (1 - share))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, gradient)
        w = w - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return w


def _best_border(done: Sequence[tuple[float, bool]]) -> float:
    """Return the confidence below which refusing costs least, to two places."""
    borders = [at / 100 for at in range(100)]

    def cost(border: float) -> float:
        missed = sum(right for confidence, right in done if confidence < border)
        wrong = sum(not right for confidence, right in done if confidence >= border)
        return missed + _ASKED_WRONGLY_COSTS * wrong

    return min(borders, key=cost)


def _sure_from(done: Sequence[tuple[float, bool]]) -> float:
    """Return the lowest confidence, to two places, above which the share of right ones is _SURE."""
    for at in range(100):
        above = [right for confidence, right in done if confidence >= at / 100]
        if above and sum(above) >= _SURE * len(above):
            return at / 100
    return 0.99


def reliability(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """Return equal bins of confidence that hold anything, for the reliability diagram."""
    found = []
    for at in range(bins):
        low, high = at / bins, (at + 1) / bins
        inside = [(c, r) for c, r in outcomes if low < c <= high or (at == 0 and c == 0)]
        if inside:
            confidence = sum(c for c, _ in inside) / len(inside)
            found.append(Bin(low, high, len(inside), confidence, sum(r for _, r in inside) / len(inside)))
    return found


def expected_calibration_error(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the mean distance of confidence and share of right ones, over equal bins (Naeini et al. 2015); 0 to 1."""
    return sum(each.count * abs(each.confidence - each.right) for each in reliability(outcomes, bins)) / (
        len(outcomes) or 1
    )
