from __future__ import annotations

import logging

import pytest

from cabin.dialog.config import DialogConfig
from cabin.dialog.events import Dropped, Expired
from cabin.dialog.session import Session
from cabin.dialog.state import State
from cabin.messages import Command, Outcome, SignalChange


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def session(catalog):
    clock, events = Clock(), []
    session = Session(catalog, DialogConfig(context_s=10, question_s=5, undo_s=20), clock=clock)
    session.observe(events.append)
    session.clock, session.events = clock, events
    return session


def outcome(intent="ac.on", status="done"):
    change = SignalChange("Vehicle.Cabin.HVAC.IsAirConditioningActive", False, True, True, True)
    return Outcome(Command(intent), status, "", changes=(change,) if status == "done" else ())


@pytest.mark.parametrize(
    ("status", "kept"), [("done", 1), ("answered", 1), ("unconfirmed", 1), ("refused", 0), ("confirm", 0), ("late", 0)]
)
def test_only_what_was_done_can_be_meant(session, status, kept):
    session.remember([outcome(status=status)], "Hm.")
    assert len(session.done) == kept
    assert session.state.reply == "Hm."


def test_the_assistant_itself_is_never_meant(session):
    session.remember([outcome("assistant.help", "answered")], "")
    assert session.done == ()


def test_each_thing_expires_in_its_time(session):
    session.remember([outcome()], "On.")
    session.ask("confirm", "Shall I?", commands=(Command("ac.off"),))
    session.clock.now_s = 5.0
    assert (session.question, len(session.done)) == (None, 1)
    session.clock.now_s = 10.0
    assert (session.done, len(session.state.undo)) == ((), 1)
    session.clock.now_s = 20.0
    session.expire()
    assert session.state.undo == ()
    assert [event.what for event in session.events if isinstance(event, Expired)] == ["question", "context", "undo"]


def test_one_question_at_a_time_each_with_its_number(session):
    first = session.ask("confirm", "One?", commands=(Command("ac.on"),))
    second = session.ask("confirm", "Two?", commands=(Command("ac.off"),))
    assert (session.question, first.number < second.number) == (second, True)
    assert [event.question for event in session.events if isinstance(event, Dropped)] == [first.number]


def test_memory_does_not_grow(session):
    for _ in range(100):
        session.remember([outcome()], "On.")
    assert len(session.done) == len(session.state.undo) == 16


def test_an_observer_that_fails_stops_nobody(session, caplog):
    def fails(event):
        raise RuntimeError("screen gone")

    end = session.observe(fails)
    with caplog.at_level(logging.ERROR):
        session.ask("confirm", "One?", commands=())
    assert "observer" in caplog.text
    end()
    end()
    caplog.clear()
    session.drop("cancelled")
    assert caplog.text == ""


def test_a_new_session_remembers_nothing(catalog):
    assert Session(catalog).state == State()
