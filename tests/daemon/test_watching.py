"""Monitors in a whole daemon: they ask through the dialog, hear the answer, and make policy strict."""

from __future__ import annotations

import time

import pytest

PLUGINS = "cabin_simcar,cabin_scripted,cabin_drowsiness"
TIRED = ("--set", "Vehicle.Driver.FatigueLevel=85", "--set", "Vehicle.Speed=100")


@pytest.fixture(scope="module")
def tired(start_daemon):
    with start_daemon(*TIRED, audio=False, CABIN_LOAD_PLUGINS=PLUGINS) as running:
        yield running


def test_a_tired_driver_is_asked_and_a_no_is_heard(tired):
    notice = tired.wait_event("notice", monitor="drowsiness", level="warning")
    assert notice["text"] == "You seem tired. Shall I find a rest area?"
    assert tired.wait_event("asked")["text"] == notice["text"]
    assert tired.wait_event("reply", kind="notice")["text"] == notice["text"]
    answer = tired.ask("say", text="no")
    assert answer["reply"].startswith("Okay, I won't")
    time.sleep(2)  # it looks once a second: were it to ask again, it would have
    assert "notice" not in tired.events()


def test_policy_knows(tired):
    tired.ask("say", text="open the trunk")
    (explanation,) = tired.ask("explain", count=1)["explanations"]
    assert explanation["strictness"] == 2


def test_a_car_without_monitors_says_nothing(start_daemon):
    with start_daemon(*TIRED, audio=False, CABIN_LOAD_PLUGINS=PLUGINS, CABIN_MONITORING_ENABLED="false") as running:
        assert running.window() == 0
        time.sleep(2)
        assert "notice" not in running.events()
