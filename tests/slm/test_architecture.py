from __future__ import annotations

import pytest

from cabin.slm.architecture import Architecture
from tests.slm import tiny


def test_parameters_are_those_of_the_weights():
    shape = tiny.architecture(300)
    assert shape.parameters == sum(weight.size for weight in tiny.random_weights(shape).values())


def test_written_and_read_again():
    assert Architecture.from_json(Architecture(layers=3).to_json()) == Architecture(layers=3)
    with pytest.raises(TypeError):
        Architecture.from_json({"wings": 2})


def test_the_shipped_proportions():
    assert Architecture().head_size == 64
    assert Architecture().parameters == 8 * 3_540_096 + 576 + 12_000 * 576
