from __future__ import annotations

from cabin.quantization.scheme import Scheme
from cabin.slm.training.plan import BuildPlan, quick_plan


def test_the_shipped_model_is_int8_by_channel():
    assert BuildPlan().scheme == Scheme("int8", "channel")


def test_a_quick_one_is_smaller():
    quick, whole = quick_plan(), BuildPlan()
    assert quick.layers < whole.layers
    assert quick.steps < whole.steps


def test_changed_leaves_the_rest():
    assert quick_plan().changed(steps=7) == BuildPlan(layers=5, steps=7, held_back=1_000)
