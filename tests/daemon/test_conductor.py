"""From the worker's letters to the car: acted on once, the newer in place of the older, never late or after the end."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time

import pytest

from cabin.budget.settings import DeadlineSettings
from cabin.chain import Chain
from cabin.control.feed import EventFeed
from cabin.daemon.conductor import NOT_DONE, TOO_LATE, TORN, Conductor, Parts
from cabin.daemon.letters import Failed, SpeechBegan, SpeechEnded, Superseded, Understood
from cabin.daemon.link import Busy
from cabin.daemon.meters import Meters
from cabin.daemon.remote import Desk
from cabin.daemon.telling import Telling
from cabin.daemon.timed_car import TimedCar
from cabin.dialog.session import Session
from cabin.errors import BudgetError
from cabin.executor import Executor
from cabin.messages import Command, Hypothesis, Parse, Transcript
from cabin.template_parser import TemplateParser
from cabin.vehicle.effects import VehicleTimes
from cabin.vehicle.policy_file import load_policy

POSITION = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
STRICT = VehicleTimes(command_deadline_ms=1)
"""Says that everything is late: in the daemon the budget says what is."""


class Link:
    def __init__(self, generation=1):
        self.generation = generation


class SlowCar:
    """The simulated car, held up in its writes for as long as `go` is not set."""

    def __init__(self, car):
        self.car, self.name, self.writes = car, car.name, []
        self.go, self.writing = threading.Event(), threading.Event()
        self.go.set()

    def __getattr__(self, name):
        return getattr(self.car, name)

    def write(self, path, value, deadline_ms):
        self.writing.set()
        assert self.go.wait(60)
        self.writes.append((path, value))
        self.car.write(path, value, deadline_ms)


@pytest.fixture
def run(small_catalog, car):
    """Run a coroutine with a conductor, its car, and the names of events told."""

    def run_it(work, utterance_s=600.0, **stages):
        async def main():
            events, slow = [], SlowCar(car)
            feed, meters = EventFeed(), Meters()
            feed.publish = lambda name, data=None, private=(): events.append((name, data or {}))
            telling = Telling(feed, meters)
            limits = {"recognize_ms": None, "parse_ms": None, "policy_ms": None, **stages}
            deadlines = DeadlineSettings(utterance_ms=utterance_s * 1000, **limits)
            conductor = Conductor(deadlines, telling, meters, Desk(lambda: None, 1.0))
            timed = TimedCar(slow)
            session = Session(small_catalog, observers=[telling.dialog])
            parser = TemplateParser(small_catalog)
            executor = Executor(small_catalog, load_policy(), timed, times=STRICT)
            conductor.parts = Parts(Chain(parser, executor), session, timed)
            await work(conductor, slow, events)
            slow.go.set()
            await conductor.actor.end(30.0)

        asyncio.run(main())

    return run_it


def ended(conductor, number, link=None):
    now_s = time.monotonic()
    conductor.hear(link or Link(), SpeechBegan(now_s - 1))
    conductor.hear(link or Link(), SpeechEnded(number, now_s - 1, now_s, said_s=now_s - 0.5))


def understood(number, value):
    text = f"open the window {value}"
    parse = Parse(text, (Command("window.open", {"value": value}),))
    return Understood(number, Transcript((Hypothesis(text, -0.1),), "test"), parse, {"recognize": 1.0})


async def until(holds):
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


def names(events):
    return [name for name, _ in events]


def test_an_utterance_acts_once_even_if_its_result_comes_twice(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        conductor.hear(Link(), understood(1, 20))
        conductor.hear(Link(), understood(1, 20))
        await until(lambda: "turn" in names(events))
        assert car.writes == [(POSITION, 20)]
        assert ("dropped", {"why": "its result came too late", "utterance": 1}) in events
        ms = next(data for name, data in events if name == "turn")["ms"]
        assert ms["to_signal"] >= 0
        assert ms["speech_to_signal"] == pytest.approx(ms["to_signal"] + 500, abs=0.2)
        assert conductor.is_idle

    run(work)


def test_a_result_of_a_worker_that_is_gone_is_dropped(run):
    async def work(conductor, car, events):
        ended(conductor, 1, Link(1))
        conductor.lose(Link(1))
        conductor.hear(Link(1), understood(1, 20))
        conductor.hear(Link(2), understood(1, 20))
        await asyncio.sleep(0.05)
        assert car.writes == []
        assert ("reply", {"kind": "fault", "text": NOT_DONE}) in events

    run(work)


def test_what_is_late_is_dropped_before_and_while_it_waits(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        conductor.look_after(time.monotonic() + 10.0)
        conductor.hear(Link(), understood(1, 20))
        ended(conductor, 2)
        await asyncio.sleep(1.1)
        conductor.hear(Link(), understood(2, 30))
        await until(lambda: names(events).count("dropped") >= 3)
        assert car.writes == []
        assert [data["why"] for name, data in events if name == "dropped"] == [
            *("too late", "its result came too late", "too late")
        ]

    run(work, utterance_s=1.0)


def test_what_is_late_in_a_stage_is_dropped_there_and_the_driver_is_told(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        flight_s = time.monotonic()
        conductor.look_after(flight_s + 0.4, Busy("recognize", 1, flight_s, 0.0))
        assert "dropped" not in names(events)
        conductor.look_after(flight_s + 0.7, Busy("recognize", 1, flight_s, 0.0))
        assert ("dropped", {"why": "late: recognize took too long", "utterance": 1, "generation": 1}) in events
        assert ("reply", {"kind": "fault", "text": TOO_LATE}) in events
        conductor.hear(Link(), understood(1, 20))
        assert car.writes == []

    run(work, recognize_ms=500)


def test_an_utterance_that_waits_for_a_guess_is_late_like_any_other(run):
    async def work(conductor, car, events):
        begun_s = time.monotonic() - 10.0  # the guess began long before the end of the utterance
        ended(conductor, 1)
        ended_s = time.monotonic()
        conductor.look_after(ended_s + 0.4, Busy("recognize", 0, begun_s, 0.0))
        conductor.look_after(ended_s + 0.7, Busy("parse", 0, begun_s, 0.0))  # a text: not of this utterance
        assert "dropped" not in names(events)
        conductor.look_after(ended_s + 0.7, Busy("recognize", 0, begun_s, 0.0))
        assert "dropped" in names(events)

    run(work, recognize_ms=500)


def test_a_result_says_itself_that_a_stage_was_late_and_what_was_guessed_in_silence_is_not(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        guessed = dataclasses.replace(understood(1, 20), ms={"recognize": 700.0, "parse": 1.0, "guessed": 1.0})
        conductor.hear(Link(), guessed)  # at once: all of it was done before the end
        await until(lambda: "turn" in names(events))
        ended(conductor, 2)
        await asyncio.sleep(0.6)
        conductor.hear(Link(), dataclasses.replace(understood(2, 30), ms={"recognize": 1.0, "parse": 550.0}))
        await until(lambda: "dropped" in names(events))
        assert [value for _, value in car.writes] == [20]
        assert next(data for name, data in events if name == "dropped")["why"] == "late: parse took too long"

    run(work, parse_ms=500, recognize_ms=500)


@pytest.mark.parametrize(("lost_s", "written"), [(0.1, [20]), (0.5, [])])
def test_half_a_command_is_not_done_as_a_whole_one(run, lost_s, written):
    async def work(conductor, car, events):
        now_s = time.monotonic()
        conductor.hear(Link(), SpeechEnded(1, now_s - 1, now_s, damaged=True, lost_s=lost_s))
        conductor.hear(Link(), understood(1, 20))
        await until(lambda: {"turn", "dropped"} & set(names(events)))
        assert [value for _, value in car.writes] == written
        assert (("reply", {"kind": "fault", "text": TORN}) in events) == (not written)

    run(work)


def test_judging_that_takes_too_long_does_not_act(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        conductor.hear(Link(), understood(1, 20))
        await until(lambda: "turn" in names(events))
        assert car.writes == []
        assert ("dropped", {"why": "late: it could not be acted on in time"}) in events
        assert ("reply", {"kind": "answer", "text": TOO_LATE}) in events
        assert (await conductor.say("open the window 30", False)).outcomes[0].status == "late"

    run(work, policy_ms=1e-9)


def test_while_one_is_acted_on_the_newest_waits_and_the_others_are_dropped(run):
    async def work(conductor, car, events):
        car.go.clear()
        for number, value in ((1, 10), (2, 20), (3, 30)):
            ended(conductor, number)
            conductor.hear(Link(), understood(number, value))
            await until(car.writing.is_set)
        assert ("dropped", {"why": "a newer one came", "utterance": 2, "generation": 1}) in events
        car.go.set()
        await until(lambda: names(events).count("turn") == 2)
        assert [value for _, value in car.writes] == [10, 30]

    run(work)


def test_what_the_worker_gave_up_is_told(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        conductor.hear(Link(), Superseded(1))
        ended(conductor, 2)
        conductor.hear(Link(), Failed("RuntimeError", 2))
        assert [data["why"] for name, data in events if name == "dropped"] == [
            *("a newer one came", "the worker failed over it")
        ]
        assert conductor.is_idle

    run(work)


def test_cancelling_drops_what_is_on_its_way_and_the_question(run):
    async def work(conductor, car, events):
        ended(conductor, 1)
        await conductor.say("unlock the door", False)
        assert conductor.parts.session.question is not None
        assert await conductor.cancel() == 2
        conductor.hear(Link(), understood(1, 20))
        assert conductor.parts.session.question is None
        assert await conductor.cancel() == 0
        assert car.writes == []

    run(work)


def test_a_question_that_nobody_answers_is_told_to_be_over(run):
    async def work(conductor, car, events):
        session = conductor.parts.session
        now_s = session.now_s()
        await conductor.say("unlock the door", False)
        session._clock = lambda: now_s + 3600.0
        conductor.look_after(time.monotonic())
        await until(lambda: ("expired", {"what": "question", "question": 1}) in events)

    run(work)


def test_push_to_talk(run):
    async def work(conductor, car, events):
        assert not (await conductor.talk(0.05)).heard
        asking = asyncio.ensure_future(conductor.talk(30.0))
        await asyncio.sleep(0)
        assert conductor.is_pushed
        with pytest.raises(BudgetError, match="somebody else"):
            await conductor.talk(1.0)
        ended(conductor, 1)
        conductor.hear(Link(), understood(1, 40))
        assert (await asking).outcomes[0].status == "done"
        assert not conductor.is_pushed

    run(work)


def test_texts_that_are_too_many_are_refused(run):
    async def work(conductor, car, events):
        car.go.clear()
        asked = [asyncio.ensure_future(conductor.say(f"open the window {n}", False)) for n in range(1, 7)]
        await until(car.writing.is_set)
        await asyncio.sleep(0.05)
        refused = [each.exception() for each in asked if each.done()]
        assert len(refused) == 2
        assert all(isinstance(each, BudgetError) for each in refused)
        await conductor.cancel()
        car.go.set()
        await asyncio.gather(*asked, return_exceptions=True)
        assert [value for _, value in car.writes] == [1]

    run(work)


def test_the_end_finishes_what_was_begun_and_begins_nothing(run):
    async def work(conductor, car, events):
        car.go.clear()
        for number, value in ((1, 10), (2, 20)):
            ended(conductor, number)
            conductor.hear(Link(), understood(number, value))
        await until(car.writing.is_set)
        threading.Timer(0.1, car.go.set).start()
        assert await conductor.end(30.0)
        assert [value for _, value in car.writes] == [10]
        with pytest.raises(BudgetError):
            await conductor.say("open the window", False)

    run(work)


def test_a_car_that_hangs_at_the_end_is_told(run):
    async def work(conductor, car, events):
        car.go.clear()
        ended(conductor, 1)
        conductor.hear(Link(), understood(1, 10))
        await until(car.writing.is_set)
        assert not await conductor.end(0.05)
        assert any("still being acted on" in data.get("what", "") for name, data in events if name == "fault")

    run(work)
