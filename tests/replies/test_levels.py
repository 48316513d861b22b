from __future__ import annotations

import datetime

import pytest

from cabin.replies.levels import heard_of, is_quiet, level_now, tone_of
from cabin.replies.settings import RepliesConfig

NOON, NIGHT = datetime.time(12), datetime.time(23, 30)
LOUD = RepliesConfig(level="speech")


@pytest.mark.parametrize(
    ("begin", "end", "now", "quiet"),
    [
        ("22:00", "06:30", "22:00", True),
        ("22:00", "06:30", "03:00", True),
        ("22:00", "06:30", "06:30", False),
        ("22:00", "06:30", "12:00", False),
        ("13:00", "14:00", "13:30", True),
        ("13:00", "14:00", "14:00", False),
        ("13:00", "14:00", "12:59", False),
        ("", "", "03:00", False),
    ],
)
def test_quiet_hours(begin, end, now, quiet):
    config = RepliesConfig(quiet_from=begin, quiet_to=end)
    assert is_quiet(config, datetime.time.fromisoformat(now)) == quiet


def test_the_least_of_configuration_quiet_hours_and_ladder():
    assert level_now(LOUD, NOON, "normal") == "speech"
    assert level_now(LOUD, NOON, "lean") == "speech"
    assert level_now(LOUD, NOON, "essential") == "earcon"
    assert level_now(LOUD, NOON, "deaf") == "earcon"
    night = RepliesConfig(level="speech", quiet_from="22:00", quiet_to="06:00")
    assert level_now(night, NIGHT, "normal") == "earcon"
    assert level_now(night, NOON, "normal") == "speech"
    still = RepliesConfig(level="speech", quiet_from="22:00", quiet_to="06:00", quiet_level="text")
    assert level_now(still, NIGHT, "essential") == "text"
    assert level_now(RepliesConfig(level="earcon"), NOON, "normal") == "earcon"
    assert level_now(RepliesConfig(level="earcon", quiet_from="22:00", quiet_to="06:00"), NIGHT, "normal") == "earcon"
    assert level_now(RepliesConfig(level="speech", sink="none"), NOON, "normal") == "text"


@pytest.mark.parametrize(
    ("kind", "statuses", "asked", "tone"),
    [
        ("answer", ("done",), False, "done"),
        ("answer", ("answered",), False, "done"),
        ("answer", ("done", "refused"), False, "refused"),
        ("answer", ("done", "failed"), False, "failed"),
        ("answer", ("unconfirmed",), False, "failed"),
        ("answer", ("confirm",), False, "question"),
        ("answer", (), True, "question"),
        ("answer", (), False, "refused"),
        ("answer", ("unavailable",), False, "refused"),
        ("fault", (), False, "failed"),
        ("step", (), False, "refused"),
        ("notice", (), False, "question"),
    ],
)
def test_tones(kind, statuses, asked, tone):
    assert tone_of(kind, statuses, asked) == tone


def test_what_is_heard():
    assert heard_of(LOUD, "speech", "done", "Opening.", ("done",)) == "speech"
    assert heard_of(LOUD, "earcon", "done", "Opening.", ("done",)) == "earcon"
    assert heard_of(LOUD, "text", "failed", "No.", ("failed",)) == "nothing"
    assert heard_of(LOUD, "speech", "done", "", ("done",)) == "earcon"
    assert heard_of(LOUD, "speech", "refused", "", ()) == "nothing"  # chatter: nobody spoke to the car
    short = RepliesConfig(level="speech", done="earcon")
    assert heard_of(short, "speech", "done", "Opening.", ("done",)) == "earcon"
    assert heard_of(short, "speech", "done", "It is 20.", ("answered",)) == "speech"
    assert heard_of(short, "speech", "refused", "Not while driving.", ("refused",)) == "speech"
