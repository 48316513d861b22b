from __future__ import annotations

from cabin_drowsiness.at_the_wheel import BREAK_S, AtTheWheel


def test_a_short_stop_is_no_break_and_does_not_count():
    wheel = AtTheWheel()
    wheel.take(True, 0)
    wheel.take(False, 1000)
    wheel.take(True, 1000 + BREAK_S - 1)
    wheel.advance(1000 + BREAK_S + 99)
    assert wheel.driven_s == 1100


def test_a_break_begins_it_anew():
    wheel = AtTheWheel()
    wheel.take(True, 0)
    wheel.take(False, 1000)
    wheel.advance(1000 + BREAK_S)
    assert wheel.driven_s == 0
