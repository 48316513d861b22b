from __future__ import annotations

import dataclasses

import pytest

from cabin.errors import CatalogError
from cabin.messages import Command, Verdict
from cabin.vehicle.conditions import Condition
from cabin.vehicle.policy import Policy, Rule, RuleSet, check_rule_sets, strictest
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

POLICY = load_policy()
FLAPS = ("door.open", "door.unlock", "trunk.open", "hood.open", "charge_port.open", "fuel_door.open")


@pytest.fixture
def judge(small_catalog, car):
    def judge(intent="trunk.open", policy=POLICY, rule_set=None, plugins=None, damaged=False, confidence=1.0, **slots):
        shape = small_catalog.intents["trunk.open"]
        shape = dataclasses.replace(shape, name=intent, policy=rule_set or shape.policy)
        return policy.judge(Command(intent, slots, confidence), shape, car, plugins, damaged=damaged)

    return judge


@pytest.mark.parametrize("speed", [-50.0, -3.1, 3.1, 50.0])
def test_standstill_refuses_while_moving_either_way(judge, car, speed):
    car.place("Vehicle.Speed", speed)
    verdict = judge()
    assert verdict.decision == "refuse"
    assert "Not while driving" in verdict.reason
    assert verdict.rule


@pytest.mark.parametrize("speed", [-3.0, 0.0, 3.0])
def test_standstill_allows_standing(judge, car, speed):
    car.place("Vehicle.Speed", speed)
    assert judge() == Verdict("allow")


@pytest.mark.parametrize("intent", FLAPS)
def test_doors_and_lids_stay_shut_while_moving_whatever_their_catalog_says(judge, car, intent):
    assert judge(intent, rule_set="free").decision == "allow"
    car.place("Vehicle.Speed", 50.0)
    assert judge(intent, rule_set="free").decision == "refuse"


def test_television_not_while_moving(judge, car):
    car.place("Vehicle.Speed", 50.0)
    assert judge("source.set", rule_set="free", source="tv").decision == "refuse"
    assert judge("source.set", rule_set="free", source="radio").decision == "allow"
    car.place("Vehicle.Speed", 0.0)
    assert judge("source.set", rule_set="free", source="tv").decision == "allow"


def test_confirm_says_what_it_would_do(judge):
    verdict = judge("message.send", rule_set="confirm", contact="tom", value=3, unit="minute")
    assert verdict == Verdict("confirm", "Shall I open the trunk: tom, 3 minute?", "ask first")


def test_parked_needs_park_or_the_brake(judge, car):
    gear, brake = "Vehicle.Powertrain.Transmission.SelectedGear", "Vehicle.Chassis.ParkingBrake.IsEngaged"
    assert judge(rule_set="parked").decision == "allow"
    car.place(gear, 127)
    assert judge(rule_set="parked").decision == "allow"
    car.place(brake, False)
    assert judge(rule_set="parked").decision == "refuse"
    car.place(gear, 126)
    assert judge(rule_set="parked").decision == "allow"
    car.place("Vehicle.Speed", 20.0)
    assert judge(rule_set="parked").decision == "refuse"


def test_driver_only_needs_a_driver(judge, car):
    assert judge(rule_set="driver_only").decision == "allow"
    car.place("Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus", "EMPTY")
    assert judge(rule_set="driver_only").decision == "refuse"


def test_a_signal_that_cannot_be_read_refuses(judge, car):
    car.inject("Vehicle.Speed", Fault("silent"))
    verdict = judge()
    assert verdict.decision == "refuse"
    assert "the car does not tell its speed" in verdict.reason


def test_a_signal_that_the_car_does_not_have_refuses(judge):
    rule = Rule("odd", "confirm", "Sure?", (Condition("signal", "Vehicle.NoSuch", "is", (True,)),))
    assert judge(policy=Policy({"standstill": RuleSet("standstill", (rule,))})).decision == "refuse"


def test_a_rule_set_that_does_not_exist_refuses(judge, small_catalog):
    assert judge(rule_set="standstil").decision == "refuse"
    wrong = dataclasses.replace(small_catalog.intents["trunk.open"], policy="standstil")
    catalog = dataclasses.replace(small_catalog, intents={"trunk.open": wrong})
    with pytest.raises(CatalogError, match=r"trunk\.yaml:\d+.*'standstill'"):
        check_rule_sets(POLICY, catalog)
    check_rule_sets(POLICY, small_catalog)


def test_a_damaged_utterance_moves_nothing_sensitive(judge):
    assert judge(damaged=True).decision == "refuse"
    assert judge(rule_set="free", damaged=True).decision == "allow"


def test_plugins_have_a_say_and_the_strictest_counts(judge, car):
    ask, no, yes = Verdict("confirm", "Sure?", "p"), Verdict("refuse", "No.", "p"), Verdict("allow")
    assert judge(plugins=lambda *_: ask) == ask
    assert judge(rule_set="confirm", plugins=lambda *_: no) == no
    car.place("Vehicle.Speed", 50.0)
    assert judge(plugins=lambda *_: yes).decision == "refuse"
    assert strictest([yes, ask, no, Verdict("refuse", "Later.", "q")]) == no
    assert strictest([]) == yes


def test_unsure_of_a_change_asks_and_of_a_question_tells(judge, small_catalog, car):
    shape = small_catalog.intents["trunk.open"]
    assert POLICY.judge(Command("trunk.open", unsure=True), shape, car).decision == "confirm"
    assert "not sure" in POLICY.judge(Command("trunk.open", unsure=True), shape, car).reason
    reading = dataclasses.replace(shape, cases=tuple(dataclasses.replace(case, set={}) for case in shape.cases))
    assert not shape.only_reads
    assert reading.only_reads
    assert POLICY.judge(Command("trunk.open", unsure=True), reading, car).decision == "allow"


def test_unsure_of_something_sensitive_asks(judge):
    assert judge("trunk.open", confidence=0.4).decision == "confirm"
    assert judge("trunk.open", confidence=0.6).decision == "allow"
    assert judge("volume.up", rule_set="free", confidence=0.1).decision == "allow"


def test_all_signals_that_rules_read_are_in_the_simulated_car():
    assert POLICY.signals() <= set(SimulatedCar({}).signals())
    assert "Vehicle.Speed" in POLICY.signals()
