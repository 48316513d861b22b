"""What is told to whom: words only to those who may have them, in the log only when configured."""

from __future__ import annotations

import logging

import pytest

from cabin.control.feed import EventFeed
from cabin.daemon.meters import Meters
from cabin.daemon.telling import Telling
from cabin.dialog.events import Asked, Dropped, Expired, Finished, Heard, Understood
from cabin.messages import Command

COMMAND = Command("navigation.start", {"destination": "the secret place"})
EVENTS = [
    Heard(1.0, "to the secret place"),
    Understood(1.0, "parser", (COMMAND,)),
    Understood(1.0, "parser", refused="chatter"),
    Understood(1.0, "dialog", act="undo"),
    Asked(1.0, 1, "slot", "Which secret place?", ("the secret place",), 21.0),
    Finished(1.0, COMMAND, "done", "Going to the secret place."),
    Finished(1.0, COMMAND, "confirm", "To the secret place?"),
    Dropped(1.0, 1, "cancelled"),
    Expired(1.0, "question", 1),
]


class Feed(EventFeed):
    def __init__(self):
        super().__init__()
        self.told = []

    def publish(self, name, data=None, private=()):
        self.told.append((name, data or {}, frozenset(private)))


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO)
    feed, meters = Feed(), Meters()
    return feed, meters, Telling(feed, meters), caplog


def test_no_word_leaves_without_being_private(told):
    feed, _, telling, log = told
    for event in EVENTS:
        telling.dialog(event)
    telling.reply("You are at the secret place.")
    for _, data, private in feed.told:
        assert "secret" not in str({key: value for key, value in data.items() if key not in private})
    assert "secret" not in log.text
    assert [name for name, _, _ in feed.told] == [
        *("heard", "understood", "refused", "understood", "asked", "done", "done", "dropped", "expired", "reply")
    ]


def test_words_are_logged_when_configured(told):
    _, _, telling, log = told
    telling.log_words = True
    telling.dialog(EVENTS[0])
    assert "secret" in log.text


def test_counts(told):
    _, meters, telling, _ = told
    for event in EVENTS:
        telling.dialog(event)
    telling.fault("x")
    telling.dropped("y")
    counts = {"heard": 1, "understood": 2, "refused": 1, "asked": 1, "done": 1, "fault": 1, "dropped": 1}
    assert meters.counts == counts
