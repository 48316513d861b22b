"""A line through noisy figures that a few wild ones do not move: the slope of Theil and Sen, with its confidence.

The slope is the median of the slopes of all pairs of points. Several runs are taken together by counting pairs within
a run only, so that a run that begins at another height does not look like growth.

P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968); the sum over runs as in
R. M. Hirsch et al., Techniques of trend analysis for monthly water quality data, Water Resources Research 18 (1982).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["MOST_POINTS", "Slope", "theil_sen"]

MOST_POINTS = 1500
"""Of one run; longer ones are thinned evenly, since pairs grow with the square."""


@dataclass(frozen=True)
class Slope:
    """Growth of y for each unit of x."""

    value: float
    low: float
    """Lower end of the confidence interval."""
    high: float
    points: int
    """How many were used."""


def theil_sen(runs: Sequence[Sequence[tuple[float, float]]], confidence: float = 0.95) -> Slope | None:
    """Return the slope of points (x, y), each run by itself; None where no two points of a run differ in x.

    The interval is of independent errors; where neighbours resemble each other it is somewhat too narrow.
    """
    import numpy as np

    slopes, variance, used = [], 0.0, 0
    for run in runs:
        points = np.asarray(_thinned(run), dtype=np.float64).reshape(-1, 2)
        x, y = points[:, 0], points[:, 1]
        first, second = np.triu_indices(len(points), 1)
        across = x[second] - x[first]
        differ = across != 0
        slopes.append((y[second] - y[first])[differ] / across[differ])
        variance += _kendall_variance(x, y)
        used += len(points)
    ordered = np.sort(np.concatenate(slopes)) if slopes else np.zeros(0)
    count = len(ordered)
    if not count:
        return None
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(max(0.0, variance))
    low = max(0, math.floor((count - reach) / 2))
    high = min(count - 1, math.ceil((count + reach) / 2))
    return Slope(float(np.median(ordered)), float(ordered[low]), float(ordered[high]), used)


def _thinned(run: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    step = math.ceil(len(run) / MOST_POINTS)
    return run[::step] if step > 1 else run


def _kendall_variance(*figures: Iterable[float]) -> float:
    """Return the variance of Kendall's S for points of which some are equal in a figure."""
    alike = [Counter(map(float, figure)) for figure in figures]
    total = _spread(alike[0].total())
    for counted in alike:
        total -= sum(map(_spread, counted.values()))
    return max(0.0, total / 18)


def _spread(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)
