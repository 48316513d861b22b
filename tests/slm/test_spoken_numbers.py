from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import Slot
from cabin.slm.numbers import find_numbers
from cabin.slm.spoken_numbers import say_likely_number
from cabin.slm.text import normalize

RANGES = [
    (16, 28, ("celsius", "degree")), (60, 82, ("fahrenheit",)), (0, 100, ("percent",)), (1, 10, ("level",)),
    (5, 250, ("kmh", "mph")), (87.5, 108, ("mhz",)), (-40, 120, ("celsius", "fahrenheit", "degree")), (None, None, ()),
]  # fmt: skip


@pytest.mark.parametrize(("low", "high", "units"), RANGES)
@given(seed=st.integers(0, 2**32))
def test_what_is_said_is_read_back_within_the_range(low, high, units, seed):
    said = say_likely_number(random.Random(seed), Slot("value", "number", minimum=low, maximum=high), units)
    (number,) = find_numbers(normalize(said.text).split())
    assert (number.value, number.unit) == (said.value, said.unit)
    assert said.unit in (None, *units)
    assert (low if low is not None else 0) <= said.value
    assert high is None or said.value <= high
