from __future__ import annotations

import dataclasses

import pytest

from cabin.messages import Command, Verdict
from cabin.vehicle.circumstances import Circumstances
from cabin.vehicle.explain import explain, explanation_lines, without_words
from cabin.vehicle.judging import Judge, Judged
from cabin.vehicle.policy import Trace
from cabin.vehicle.policy_file import BUILT_IN_POLICY, load_policy
from cabin_simcar.faults import Fault

SPEED = "Vehicle.Speed"


@pytest.fixture
def explained(small_catalog, car):
    judge = Judge(load_policy())

    def explained(name, *, whole=False, slots=None, **around):
        intent = small_catalog.intents[name]
        command, trace = Command(name, slots or {}), Trace(whole=whole)
        now = Circumstances(**around)
        verdict = judge.policy.judge(command, intent, car, around=now, trace=trace)
        return explain(Judged(command, intent.title, verdict, tuple(trace.findings), "before acting", now, 1.5))

    return explained


def test_a_refusal_names_rule_line_value_and_way_out(explained, car):
    car.place(SPEED, 80.0)
    told = explained("trunk.open")
    assert (told.decision, told.rule, told.at_ms) == ("refuse", "moving", 1500.0)
    moving = next(rule for rule in told.rules if rule.rule == "moving")
    (condition,) = moving.conditions
    assert (moving.applies, moving.of) == (True, "set standstill")
    assert (condition.thing, condition.seen, condition.expected, condition.holds) == (SPEED, "80", "above 3", True)
    file, _, line = moving.where.rpartition(":")
    assert file == str(BUILT_IN_POLICY)
    assert "rule: moving" in BUILT_IN_POLICY.read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert told.to_allow == (f"{SPEED} at most 3",)
    lines = list(explanation_lines(told))
    assert lines[0] == "trunk.open: refuse (rule 'moving'), before acting"
    assert f"    {SPEED} at most 3" in lines


def test_what_is_allowed_shows_what_was_looked_at(explained):
    told = explained("trunk.open")
    assert (told.decision, told.to_allow, told.reason) == ("allow", (), "")
    assert {rule.rule for rule in told.rules} >= {"moving", "rolling back", "valet mode", "in reverse"}
    assert not any(rule.applies for rule in told.rules)
    assert any("more rules looked at" in line for line in explanation_lines(told))
    assert any(line.strip().startswith("no: valet mode") for line in explanation_lines(told, whole=True))


def test_a_yes_and_an_unread_signal_are_ways_out_too(explained, car):
    assert explained("door.unlock").to_allow == ("a yes",)
    car.inject(SPEED, Fault("silent"))
    told = explained("trunk.open")
    assert any(f"{SPEED} told by the car" in way for way in told.to_allow)
    assert "not told" in "\n".join(explanation_lines(told))


def test_conditions_behind_one_that_fails_are_only_looked_at_when_asked_for(explained):
    rule = next(each for each in explained("window.open").rules if each.rule == "child lock of the windows")
    assert [each.looked_at for each in rule.conditions] == [True, False]
    rule = next(each for each in explained("window.open", whole=True).rules if each.rule == rule.rule)
    assert [(each.looked_at, each.seen) for each in rule.conditions] == [(True, "unknown"), (True, "false")]


def test_circumstances_are_told(explained, car):
    car.place("Vehicle.Cabin.IsWindowChildLockEngaged", True)
    told = explained("window.open", speaker="rear_left", strictness=2)
    assert told.rule == "child lock of the windows"
    assert "who speaks not rear_left or rear_right or Vehicle.Cabin.IsWindowChildLockEngaged not true" in told.to_allow
    assert "  speaker: rear_left, strictness for the driver's sake: 2" in list(explanation_lines(told))


def test_words_can_be_left_out(explained, small_catalog):
    told = dataclasses.replace(explained("window.open", slots={"value": 77}), reason="Shall I call tom?")
    silent = without_words(told)
    assert (silent.slots, silent.reason) == ({}, "")
    assert "77" not in repr(silent)


def test_a_rule_that_is_not_of_the_file(small_catalog, car):
    trace = Trace()
    trace.note("lid", "plugins", "", Verdict("refuse", "No.", "lid"))
    judged = Judged(
        Command("trunk.open"), "", Verdict("refuse", "No.", "lid"), tuple(trace.findings), "", Circumstances(), 0
    )
    assert explain(judged).to_allow == ("plugins: lid lets it",)
