from __future__ import annotations

from cabin.scenarios.checks import check_step
from cabin.scenarios.result import StepResult
from cabin.scenarios.schema import Expect


def found(expect, step=None, value=1.0):
    return [each.what for each in check_step(2, expect, step or StepResult(0.0, "x"), lambda _path: value, "", 5.0)]


def test_nothing_expected_is_nothing_wrong():
    assert found(Expect()) == []


def test_numbers_are_near_enough_and_kinds_are_kept():
    assert found(Expect(signals={"Vehicle.A": 1})) == []
    assert found(Expect(signals={"Vehicle.A": 1.0004})) == []
    assert found(Expect(signals={"Vehicle.A": True}), value=1.0) == []  # YAML's true and the car's 1 are one
    assert found(Expect(signals={"Vehicle.A": "1"})) == ["signal Vehicle.A"]
    assert found(Expect(signals={"Vehicle.A": 2})) == ["signal Vehicle.A"]
    assert found(Expect(signals={"Vehicle.A": 2}), value=None) == ["signal Vehicle.A"]


def test_writes_count_once_and_in_any_order():
    step = StepResult(0.0, "x", writes=((0.0, "b", 1), (0.1, "a", 1), (0.2, "a", 2)))
    assert found(Expect(writes=("a", "b")), step) == []
    assert found(Expect(writes=("a",)), step) == ["written"]


def test_replies_whatever_the_case():
    step = StepResult(0.0, "x", reply="The Window is opening.")
    assert found(Expect(reply=("window",), reply_lacks=("trunk",)), step) == []
    assert found(Expect(reply=("trunk",), reply_lacks=("WINDOW",)), step) == ["reply", "reply"]
