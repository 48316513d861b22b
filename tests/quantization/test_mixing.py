from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.errors import ModelError
from cabin.quantization.forcing import Agreement
from cabin.quantization.mixing import mix, mix_share, mix_within_bytes, mix_within_loss
from cabin.quantization.scheme import Scheme
from cabin.quantization.sensitivity import ProductSensitivity, Sensitivity

LOW = Scheme("int4", "group", 32)


def sensitivity(*costs: tuple[float, int]) -> Sensitivity:
    """Return a table of products with (divergence, bytes saved), cheapest a byte first."""
    rows = [
        ProductSensitivity(f"p{at}", 2 * saved, saved, Agreement(divergence, 100, 90, 80))
        for at, (divergence, saved) in enumerate(costs)
    ]
    whole = Agreement(0, 100, 90, 80)
    return Sensitivity(Scheme(), LOW, 10, whole, tuple(sorted(rows, key=lambda row: row.price)))


TABLES = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 1000)), min_size=1, max_size=12).map(
    lambda costs: sensitivity(*costs)
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 12_000))
def test_the_fewest_that_fit(table, most):
    whole = sum(row.bytes_high for row in table.products)
    if whole - sum(row.saved for row in table.products) > most:
        with pytest.raises(ModelError, match="no mixture is that small"):
            mix_within_bytes(table, whole, most)
        return
    found = mix_within_bytes(table, whole, most)

    def size(count: int) -> int:
        return whole - sum(row.saved for row in table.products[:count])

    assert size(found.count) <= most
    assert found.count == 0 or size(found.count - 1) > most
    assert found.scheme == mix(table, found.count)
    assert found.scheme.of("p0") in (Scheme(), LOW)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 12))
def test_the_most_that_the_loss_allows(table, bearable):
    """A loss that grows with the number of products: the bisection finds the edge, in few measurements."""
    bearable = min(bearable, len(table.products))
    found = mix_within_loss(table, 0.5, lambda scheme: float(len(scheme.overrides) > bearable))
    assert found.count == bearable
    assert len(found.tried) <= 5
    assert found.tried[0][0] == len(table.products)


def test_a_share_of_the_saving():
    table = sensitivity((0.1, 100), (0.1, 300), (0.1, 600))
    assert [mix_share(table, share).count for share in (0.5, 0.6, 0.61, 1.0)] == [1, 1, 2, 3]
    assert [name for name, _ in mix_share(table, 0.5).scheme.overrides] == ["p2"]


def test_cheap_bytes_go_first():
    table = sensitivity((0.9, 100), (0.1, 100))
    assert mix(table, 1).overrides == (("p1", LOW),)
