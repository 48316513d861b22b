"""The robust slope: exact on lines, unmoved by outliers and by runs that begin elsewhere, honest about noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.bench.slope import MOST_POINTS, theil_sen

NUMBERS = st.floats(-1000, 1000)


@given(NUMBERS, NUMBERS, st.lists(st.integers(-1000, 1000), min_size=2, max_size=40, unique=True))
def test_a_line_has_its_slope(slope, height, xs):
    found = theil_sen([[(x, slope * x + height) for x in xs]])
    assert found is not None
    assert found.value == pytest.approx(slope, abs=1e-6)
    assert found.low == pytest.approx(slope, abs=1e-6)
    assert found.high == pytest.approx(slope, abs=1e-6)
    assert found.points == len(xs)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30), st.floats(-100, 100), st.floats(-5, 5))
def test_a_shift_moves_nothing_and_a_tilt_adds_up(points, shift, tilt):
    points = [(round(x), y) for x, y in points]
    found = theil_sen([points])
    if found is None:
        assert len({x for x, _ in points}) == 1
        return
    assert found.low <= found.value <= found.high
    shifted = theil_sen([[(x + 7, y + shift) for x, y in points]])
    assert shifted is not None
    assert shifted.value == pytest.approx(found.value, abs=1e-6)
    tilted = theil_sen([[(x, y + tilt * x) for x, y in points]])
    assert tilted is not None
    assert tilted.value == pytest.approx(found.value + tilt, abs=1e-6)


@given(st.integers(10, 60), st.floats(-3, 3), st.floats(10, 1e6), st.randoms(use_true_random=False))
def test_a_fifth_of_wild_points_does_not_carry_it_away(count, slope, wild, chance):
    points = [(x, slope * x + 0.001 * chance.random()) for x in range(count)]
    for at in chance.sample(range(count), count // 5):
        points[at] = (points[at][0], points[at][1] + wild)
    found = theil_sen([points])
    assert found is not None
    assert abs(found.value - slope) < wild / count * 2


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=5), st.floats(-2, 2))
def test_runs_that_begin_at_other_heights_are_no_growth(heights, slope):
    runs = [[(x + 100 * at, height + slope * x) for x in range(8)] for at, height in enumerate(heights)]
    found = theil_sen(runs)
    assert found is not None
    assert found.value == pytest.approx(slope, abs=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_interval_holds_the_truth_nearly_always(seed):
    noise = np.random.default_rng(seed)
    hits = 0
    for _ in range(40):
        y = 0.5 * np.arange(30) + noise.standard_normal(30)
        found = theil_sen([list(zip(range(30), y.tolist(), strict=True))])
        assert found is not None
        hits += found.low <= 0.5 <= found.high
    assert hits >= 29  # 38 are expected; fewer than 29 come once in a million times


def test_nothing_to_fit():
    assert theil_sen([]) is None
    assert theil_sen([[]]) is None
    assert theil_sen([[(1, 2)], [(5, 9)]]) is None
    assert theil_sen([[(1, 2), (1, 9)]]) is None


def test_long_runs_are_thinned():
    found = theil_sen([[(x, 3.0 * x) for x in range(4 * MOST_POINTS)]])
    assert found is not None
    assert found.points == MOST_POINTS
    assert found.value == pytest.approx(3)
