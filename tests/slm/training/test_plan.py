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


def test_a_quick_one_that_goes_on_keeps_the_size_and_takes_smaller_steps():
    goes_on = quick_plan(goes_on=True)
    assert goes_on.layers == BuildPlan().layers
    assert goes_on.peak_rate < BuildPlan().peak_rate
    assert goes_on.steps < BuildPlan().steps


def test_what_decides_the_trained_weights():
    plan = BuildPlan()
    same = plan.changed(threads=8, held_back=5, max_loss=9.0, scheme=Scheme("int4", "group", 32), qat_steps=7)
    assert same.of_training() == plan.of_training()
    for other in ({"steps": 1}, {"peak_rate": 1.0}, {"average": 0.9}, {"batch": 3}, {"seed": 9}, {"layers": 2}):
        assert plan.changed(**other).of_training() != plan.of_training()
