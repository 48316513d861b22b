from __future__ import annotations

import dataclasses
import time

import pytest

from cabin.errors import VehicleError
from cabin.executor import Executor, NoHooks, Request
from cabin.messages import Command, Signal, SignalChange, Verdict
from cabin.vehicle.action import ActionResult
from cabin.vehicle.conditions import Condition
from cabin.vehicle.policy import Rule, RuleSet
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
POLICY = load_policy()
PARTED = RuleSet(
    "parted",
    (Rule("calm", "confirm", "Sure?", (Condition("signal", "Vehicle.Speed", "below", (100,)),)),),
)
"""Asks while the car is slow; at speed, config/policy.yaml asks something else."""


class Plugins(NoHooks):
    """Records what plugins see; `verdicts` are given one after the other."""

    def __init__(self, *verdicts, reply=None):
        self.verdicts, self.reply = list(verdicts), reply
        self.outcomes, self.changes = [], []

    def check_policy(self, command, vehicle):
        return self.verdicts.pop(0) if self.verdicts else Verdict("allow")

    def compose_reply(self, outcome):
        return self.reply

    def observe_outcome(self, outcome):
        self.outcomes.append(outcome)

    def observe_signal(self, change):
        self.changes.append(change)


@pytest.fixture
def execute(small_catalog, car):
    def execute(intent, hooks=None, request=None, catalog=small_catalog, by=car, run_action=None, plugin="", **slots):
        executor = Executor(catalog, POLICY, by, hooks, run_action=run_action, plugin_of=lambda _intent: plugin)
        return executor.execute(Command(intent, slots), request)

    return execute


def test_done(execute):
    outcome = execute("window.open", value=50, unit="percent")
    assert (outcome.status, outcome.reply) == ("done", "Opening the window.")
    assert [(c.path, c.before, c.after, c.confirmed) for c in outcome.changes] == [(WINDOW, 0, 50, True)]


def test_answered(execute):
    outcome = execute("range.get")
    assert (outcome.status, outcome.reply) == ("answered", "The range is 412 kilometers.")
    assert [(signal.path, signal.value) for signal in outcome.readings] == [("Vehicle.Powertrain.Range", 412_000)]


def test_refused_with_the_reason_and_nothing_moves(execute, car):
    car.place("Vehicle.Speed", 50.0)
    outcome = execute("trunk.open")
    assert (outcome.status, outcome.verdict.rule, outcome.changes) == ("refused", "moving", ())
    assert outcome.reply == outcome.verdict.reason == "Not while driving: I can open the trunk once the car stands."
    assert car.read(TRUNK).value is False


def test_out_of_range_is_refused_with_the_range_and_nothing_moves(execute, car):
    before = car.snapshot()
    outcome = execute("temperature.set", value=90, unit="fahrenheit")
    assert (outcome.status, outcome.verdict.rule) == ("refused", "out_of_range")
    assert "from 61 to 82 degrees Fahrenheit" in outcome.reply
    assert car.snapshot() == before


def test_a_yes_is_asked_for(execute, car):
    lock = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
    assert (execute("door.unlock").status, car.read(lock).value) == ("confirm", True)
    asked = []

    def answer(yes):
        return Request(confirm=lambda command, verdict: asked.append((command.intent, verdict.reason)) or yes)

    assert (execute("door.unlock", request=answer(False)).status, car.read(lock).value) == ("confirm", True)
    assert (execute("door.unlock", request=answer(True)).status, car.read(lock).value) == ("done", False)
    assert asked == [("door.unlock", "Shall I unlock the door?")] * 2


def test_the_impossible_is_refused_before_a_yes_is_asked_for(execute, small_catalog):
    intents = dict(small_catalog.intents)
    intents["window.open"] = dataclasses.replace(intents["window.open"], policy="confirm")
    outcome = execute("window.open", catalog=dataclasses.replace(small_catalog, intents=intents), value=101)
    assert (outcome.status, outcome.verdict.rule) == ("refused", "out_of_range")


def test_policy_is_asked_again_at_the_moment_of_acting(execute, car):
    def drive_off(command, verdict):
        car.place("Vehicle.Speed", 50.0)
        return True

    ask = Plugins(Verdict("confirm", "Sure?", "plugin"))
    outcome = execute("trunk.open", hooks=ask, request=Request(confirm=drive_off))
    assert (outcome.status, outcome.verdict.rule) == ("refused", "moving")
    assert car.read(TRUNK).value is False
    late_no = Plugins(Verdict("allow"), Verdict("refuse", "Not now.", "plugin"))
    car.place("Vehicle.Speed", 0.0)
    assert execute("trunk.open", hooks=late_no).reply == "Not now."
    late_ask = Plugins(Verdict("allow"), Verdict("confirm", "Sure?", "plugin"))
    assert execute("trunk.open", hooks=late_ask).status == "confirm"
    assert car.read(TRUNK).value is False


def test_what_changes_after_the_last_verdict_is_seen_at_the_write(execute, car):
    """Plugins are asked after the rules: while the second asks, the car drives off."""

    class Slow(Plugins):
        def check_policy(self, command, vehicle):
            self.changes.append(command.intent)
            if len(self.changes) == 2:
                car.place("Vehicle.Speed", 50.0)
            return Verdict("allow")

    outcome = execute("trunk.open", hooks=Slow())
    assert (outcome.status, outcome.verdict.rule, outcome.changes) == ("refused", "moving", ())
    assert car.read(TRUNK).value is False


def test_what_changes_between_two_writes_stops_the_second(execute, car):
    class Workshop(SimulatedCar):
        def write(self, path, value, deadline_ms):
            super().write(path, value, deadline_ms)
            self.place("Vehicle.Service.IsWorkshopModeActive", True)

    shop = Workshop(car.signals())
    outcome = execute("window.open", by=shop, position="all")
    assert (outcome.status, outcome.verdict.rule) == ("refused", "workshop mode")
    assert [change.path for change in outcome.changes] == [WINDOW]


def test_a_yes_answers_one_question_and_not_another(execute, small_catalog, car):
    def night_falls(_command, _verdict):
        car.place("Vehicle.Speed", 140.0)
        return True

    intents = dict(small_catalog.intents)
    intents["window.open"] = dataclasses.replace(intents["window.open"], policy="parted")
    policy = dataclasses.replace(POLICY, sets={**POLICY.sets, "parted": PARTED})
    catalog = dataclasses.replace(small_catalog, intents=intents)
    outcome = Executor(catalog, policy, car).execute(Command("window.open"), Request(confirm=night_falls))
    assert (outcome.status, outcome.verdict.rule) == ("confirm", "fast")
    assert car.read(WINDOW).value == 0


def test_plugins_get_a_gated_car(execute, car):
    class Pushy(Plugins):
        def check_policy(self, command, vehicle):
            car.place("Vehicle.Speed", 50.0)
            with pytest.raises(VehicleError, match="the trunk stays as it is"):
                vehicle.write(TRUNK, True, 100)
            return Verdict("allow")

    execute("range.get", hooks=Pushy())
    assert car.read(TRUNK).value is False


def test_speakers_and_the_driver_are_heard(small_catalog, car):
    executor = Executor(small_catalog, POLICY, car)
    assert executor.execute(Command("window.open", {"value": 40}), Request(speaker="driver")).status == "done"
    outcome = executor.execute(Command("window.open", {"value": 90}), Request(speaker="rear_left"))
    assert (outcome.status, outcome.verdict.rule) == ("refused", "who asked last")
    assert executor.execute(Command("window.open", {"value": 90}), Request()).status == "done"
    executor.driver.report("test", "drowsy", 2)
    assert executor.judge.around().strictness == 2
    assert executor.judge.latest(2)[0].intent == "window.open"


def test_a_command_past_its_deadline_is_dropped(execute, car):
    outcome = execute("trunk.open", request=Request(begun_s=time.perf_counter() - 60))
    assert (outcome.status, car.read(TRUNK).value) == ("late", False)


@pytest.mark.parametrize(
    ("fault", "status"), [("stuck", "unconfirmed"), ("rejects", "failed"), ("late", "late"), ("silent", "unconfirmed")]
)
def test_faults_of_the_car(execute, car, fault, status):
    car.inject(WINDOW, Fault(fault))
    outcome = execute("window.open")
    assert outcome.status == status
    assert outcome.reply
    assert "Opening" not in outcome.reply


def test_a_question_to_a_silent_car_fails_in_words(execute, car):
    car.inject("Vehicle.Powertrain.Range", Fault("silent"))
    outcome = execute("range.get")
    assert (outcome.status, outcome.reply) == ("failed", "I could not get the range: the car does not answer.")


def test_what_is_not_there_is_unavailable(execute, small_catalog):
    outcome = execute("sunroof.open", plugin="cabin_body")
    assert (outcome.status, outcome.reply) == (
        "unavailable",
        "That needs the plugin cabin_body, which is not loaded.",
    )
    without = SimulatedCar({p: s for p, s in small_catalog.signals.items() if "Window" not in p})
    outcome = execute("window.open", by=without)
    assert (outcome.status, outcome.reply) == ("unavailable", "This car can't open the window.")


def test_plugins_see_what_happened_and_may_word_it(execute):
    hooks = Plugins(reply="Aye aye.")
    outcome = execute("window.open", hooks=hooks)
    assert outcome.reply == "Aye aye."
    assert hooks.outcomes == [outcome]
    assert hooks.changes == list(outcome.changes)


@pytest.fixture
def with_action(small_catalog):
    intents = dict(small_catalog.intents)
    shape = intents["trunk.open"]
    intents["trunk.open"] = dataclasses.replace(
        shape, cases=(dataclasses.replace(shape.cases[0], action="lift", set={}),)
    )
    return dataclasses.replace(small_catalog, intents=intents)


@pytest.mark.parametrize(
    ("result", "status", "reply"),
    [
        (ActionResult(changes=(SignalChange(TRUNK, False, True, True, True),)), "done", "Opening the trunk."),
        (ActionResult(changes=(SignalChange(TRUNK, False, True, False, False),)), "unconfirmed", "I asked the car to"),
        (ActionResult(readings=(Signal(TRUNK, False),), reply="Shut."), "answered", "Shut."),
    ],
)
def test_python_actions(execute, with_action, result, status, reply):
    calls = []

    def run(name, command, intent, vehicle):
        calls.append((name, command.intent, intent.name))
        return result

    outcome = execute("trunk.open", catalog=with_action, run_action=run)
    assert outcome.status == status
    assert outcome.reply.startswith(reply)
    assert calls == [("lift", "trunk.open", "trunk.open")]


def test_a_python_action_that_fails_or_is_not_there(execute, with_action, car):
    def run(name, command, intent, vehicle):
        raise VehicleError("the lid is frozen")

    outcome = execute("trunk.open", catalog=with_action, run_action=run)
    assert (outcome.status, outcome.reply) == ("failed", "I could not open the trunk: the lid is frozen.")
    assert execute("trunk.open", catalog=with_action).status == "failed"
    car.place("Vehicle.Speed", 50.0)
    assert execute("trunk.open", catalog=with_action, run_action=run).status == "refused"


def test_the_time_of_policy_and_acting_is_kept(execute):
    request = Request()
    execute("window.open", request=request)
    assert set(request.ms) == {"policy", "act"}
    assert all(ms >= 0 for ms in request.ms.values())


@pytest.fixture
def restore(small_catalog, car):
    def restore(targets, judged, hooks=None, request=None):
        executor = Executor(small_catalog, POLICY, car, hooks)
        return executor.restore(Command("assistant.undo"), targets, [Command(name) for name in judged], request)

    return restore


def test_signals_are_put_back(restore, car):
    car.place(WINDOW, 80)
    seen = Plugins()
    outcome = restore([(WINDOW, 10)], ["window.open"], seen)
    assert (outcome.status, outcome.command.intent) == ("done", "assistant.undo")
    assert [(c.before, c.after, c.confirmed) for c in seen.changes] == [(80, 10, True)]
    assert seen.outcomes == [outcome]


def test_the_strictest_verdict_of_all_judged_counts(restore, car):
    car.place("Vehicle.Speed", 50.0)
    outcome = restore([(TRUNK, True)], ["window.open", "trunk.open"])
    assert (outcome.status, outcome.verdict.rule) == ("refused", "moving")
    assert car.read(TRUNK).value is False


def test_putting_back_asks_too_and_looks_again_after_the_yes(restore, car):
    assert restore([(WINDOW, 10)], ["door.unlock"]).status == "confirm"
    yes = Request(confirm=lambda command, verdict: command.intent == "door.unlock")
    assert restore([(WINDOW, 10)], ["door.unlock"], request=yes).status == "done"
    moved = Plugins(Verdict("confirm", "Sure?"), Verdict("refuse", "No."))
    assert restore([(WINDOW, 50)], ["window.open"], moved, Request(confirm=lambda c, v: True)).reply == "No."
    assert car.read(WINDOW).value == 10


def test_putting_back_late_or_in_a_car_that_fails(restore, car):
    assert restore([(WINDOW, 10)], ["window.open"], request=Request(begun_s=time.perf_counter() - 60)).status == "late"
    car.inject(WINDOW, Fault("rejects"))
    assert restore([(WINDOW, 10)], ["window.open"]).status == "failed"
    car.inject(WINDOW, Fault("stuck"))
    assert restore([(WINDOW, 10)], ["window.open"]).status == "unconfirmed"
