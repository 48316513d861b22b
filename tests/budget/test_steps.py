"""The steps and their sentences."""

from __future__ import annotations

import itertools

import pytest

from cabin.budget.steps import STEPS, rank, sentence


def test_the_order():
    assert [rank(step) for step in STEPS] == [0, 1, 2, 3, 4]
    assert STEPS[0] == "normal"


def test_every_change_that_can_be_has_a_sentence_of_its_own():
    down = [sentence(before, after) for before, after in itertools.pairwise(STEPS)]
    up = [sentence(before, after) for after, before in itertools.pairwise(STEPS[:-1])]
    assert len({*down, *up}) == len(down) + len(up)
    assert all(text.endswith(".") for text in (*down, *up))


def test_no_change_has_none():
    with pytest.raises(ValueError, match="no change"):
        sentence("lean", "lean")
