"""The watchdog is fed only while everything that should move has moved."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.daemon.keeper import LONGEST_WAIT_S, MISSING_S, STARVED_TIMES, wait_after
from cabin.daemon.watchdog import Health, stuck

WELL = Health(100.0, None, 99.9, 99.9, 99.5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, ""),
        ({"worker_missing_since_s": 99.0}, ""),
        ({"worker_missing_since_s": 99.0 - MISSING_S}, "no worker"),
        ({"worker_missing_since_s": 100.5 - MISSING_S}, ""),
        ({"worker_silent_since_s": 90.0}, "silent"),
        ({"worker_silent_since_s": 99.8 - STARVED_TIMES * 0.6}, ""),  # one that starves is not killed before
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


def test_a_crash_loop_backs_off_but_never_for_so_long_that_the_watchdog_starves():
    waits = [wait_after(deaths) for deaths in range(1, 40)]
    assert waits[:6] == [0.0, 0.0, 0.0, 0.5, 1.0, 2.0]
    assert waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT_S < MISSING_S
