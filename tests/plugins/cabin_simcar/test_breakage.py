from __future__ import annotations

from cabin.catalog.schema import SignalSpec
from cabin_simcar.breakage import Breakage
from cabin_simcar.faults import Fault, PlannedFault

LEVEL = SignalSpec("A", "sensor", "uint8", minimum=0, maximum=10)
WORD = SignalSpec("B", "sensor", "string")


def test_what_is_whole_tells_the_truth():
    broken = Breakage(0)
    assert (broken.told(LEVEL, 5, 0.0), broken.get("A"), broken.factor("A"), broken.has_plans) == (5, None, 1.0, False)


def test_noise_keeps_type_and_range_and_leaves_words_alone():
    broken = Breakage(3)
    for path in "AB":
        broken.put(path, Fault("noise", sigma=50), None)
    told = [broken.told(LEVEL, 5, 100.0 * step) for step in range(50)]
    assert all(isinstance(value, int) and 0 <= value <= 10 for value in told)
    assert len(set(told)) > 1
    assert broken.told(LEVEL, 5, 10.0) == broken.told(LEVEL, 5, 90.0)
    assert broken.told(WORD, "x", 0.0) == "x"


def test_frozen_keeps_what_was_until_it_is_mended():
    broken = Breakage(0)
    broken.put("A", Fault("frozen"), 4)
    assert (broken.told(LEVEL, 9, 0.0), broken.paths("frozen")) == (4, {"A"})
    broken.put("A", None, None)
    assert broken.told(LEVEL, 9, 0.0) == 9


def test_plans_are_due_once_in_their_order():
    slow = Fault("slow", factor=3)
    broken = Breakage(0, [PlannedFault("A", slow, 2, 1), PlannedFault("B", Fault("stuck"), 1)])
    assert broken.has_plans
    assert list(broken.due(999)) == []
    assert list(broken.due(2500)) == [("B", Fault("stuck")), ("A", slow)]
    assert list(broken.due(9000)) == [("A", None)]
    assert not broken.has_plans
