"""A budget against figures: met, missed, not measured and why."""

from __future__ import annotations

from cabin.budget.settings import DeadlineSettings
from cabin.budget.verdicts import NOT_HERE, hold_against
from cabin.config import Budgets
from cabin.config.fields import walk

BUDGETS = Budgets(
    parser_p95_ms=60, resident_mib=200, model_function_percent=85, deadlines=DeadlineSettings(parse_ms=100)
)


def checks(figures, reasons=None, budgets=BUDGETS):
    return {check.key: check for check in hold_against(budgets, figures, reasons or {})}


def test_ceilings_and_floors():
    found = checks({"parser_p95_ms": 60, "resident_mib": 200.1, "model_function_percent": 84, "deadlines.parse_ms": 20})
    assert [found[key].verdict for key in ("parser_p95_ms", "resident_mib", "model_function_percent")] == [
        "met",
        "missed",
        "missed",
    ]
    assert found["deadlines.parse_ms"].verdict == "met"
    assert (found["resident_mib"].limit, found["resident_mib"].measured) == (200, 200.1)


def test_what_was_not_measured_says_why():
    found = checks({}, {"deadlines.": "no recognizer", "resident_mib": "needs /proc"})
    assert all(check.verdict == "not measured" and check.why for check in found.values())
    assert found["deadlines.recognize_ms"].why == "no recognizer"
    assert found["resident_mib"].why == "needs /proc"
    assert found["model_function_lost"].why == NOT_HERE["model_function_lost"]


def test_keys_that_set_no_limit_are_left_out():
    found = checks({}, budgets=Budgets())
    assert not [key for key in found if key.startswith("ladder.")]
    assert "deadlines.act_ms" not in found
    assert "model_function_percent" not in found
    assert len(found) > 15


def test_every_key_with_a_reason_exists():
    assert set(NOT_HERE) <= {path for path, _ in walk(Budgets)}
