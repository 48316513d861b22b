"""The watchdog is fed only while everything that should move has moved."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.daemon.watchdog import Health, stuck

WELL = Health(100.0, None, 99.9, 99.9, 99.5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, ""),
        ({"worker_missing_since_s": 99.0}, ""),
        ({"worker_missing_since_s": 70.0}, "no worker"),
        ({"worker_silent_since_s": 90.0}, "silent"),
        ({"sound_at_s": 90.0}, "no sound"),
        ({"sound_at_s": None}, ""),
        ({"acting_since_s": 60.0}, "the car"),
        ({"acting_since_s": None}, ""),
    ],
)
def test_what_is_stuck(change, word):
    why = stuck(dataclasses.replace(WELL, **change), act_s=15.0, answer_s=0.6)
    assert word in why
    assert bool(why) == bool(word)
