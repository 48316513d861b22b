from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.monitoring.notice import LEVELS, Notice
from cabin.monitoring.pacer import Pacer
from cabin.monitoring.settings import MonitoringConfig

SETTINGS = MonitoringConfig(hint_s=100, advice_s=50, warning_s=20, alarm_s=5, declined_s=200, gap_s=3, most_waiting=2)


def notice(level="advice", key="belt", valid_s=30.0):
    return Notice(key, f"{key} {level}", level, valid_s=valid_s)


@pytest.fixture
def pacer():
    return Pacer(SETTINGS)


def said(pacer, now_s):
    found = pacer.next(now_s)
    return found and found.notice.text


def test_a_matter_rests_as_long_as_its_level_says(pacer):
    assert pacer.offer("m", notice(), 0)
    assert said(pacer, 0) == "belt advice"
    assert not pacer.offer("m", notice(), 49)
    assert pacer.offer("m", notice(), 50)
    assert pacer.dropped == 1


def test_what_gets_worse_does_not_rest(pacer):
    for at_s, level in enumerate(("advice", "warning", "alarm")):
        assert pacer.offer("m", notice(level), at_s)
        assert said(pacer, at_s) == f"belt {level}"  # nor does it wait for the gap
    assert not pacer.offer("m", notice("warning"), 4)


def test_the_worst_first_then_the_oldest(pacer):
    pacer.offer("m", notice("hint", "a"), 0)
    pacer.offer("m", notice("alarm", "b"), 1)
    assert [said(pacer, 2), said(pacer, 3), said(pacer, 5)] == ["b alarm", None, "a hint"]


def test_a_no_quiets_the_matter_unless_it_gets_worse(pacer):
    pacer.decline("m", notice("advice"), 0)
    assert not pacer.offer("m", notice("advice"), 199)
    assert pacer.offer("m", notice("warning"), 1)
    assert pacer.offer("m", notice("advice", "other"), 1)
    assert pacer.offer("m", notice("advice"), 201)


def test_nobody_can_decline_an_alarm(pacer):
    pacer.decline("m", notice("alarm"), 0)
    assert pacer.offer("m", notice("alarm"), 1)


def test_what_is_no_news_any_more_is_dropped(pacer):
    pacer.offer("m", notice(valid_s=2), 0)
    assert said(pacer, 2.1) is None
    assert (pacer.waiting, pacer.dropped) == ((), 1)


def test_a_newer_word_on_a_matter_takes_the_place_of_the_older(pacer):
    pacer.offer("m", notice("advice"), 0)
    pacer.offer("m", notice("warning"), 1)
    assert [each.notice.level for each in pacer.waiting] == ["warning"]
    pacer.settle("m", "belt")
    assert pacer.waiting == ()


def test_only_so_many_wait(pacer):
    for number, level in enumerate(("alarm", "hint", "warning")):
        pacer.offer("m", notice(level, f"k{number}"), number)
    assert [each.notice.level for each in pacer.waiting] == ["alarm", "warning"]


def test_quiet_hours_let_warnings_through():
    pacer = Pacer(SETTINGS, is_quiet=lambda: True)
    assert [pacer.offer("m", notice(level, level), 0) for level in LEVELS] == [False, False, True, True]


OFFERS = st.lists(st.tuples(st.floats(0, 300), st.sampled_from(LEVELS), st.sampled_from("ab")), max_size=40)


@given(OFFERS)
def test_never_twice_the_same_within_its_rest_and_never_a_hint_within_the_gap(offers):
    pacer, spoken = Pacer(SETTINGS), []
    for at_s, level, key in sorted(offers, key=lambda each: each[0]):
        pacer.offer("m", notice(level, key), at_s)
        found = pacer.next(at_s)
        if found is not None:
            spoken.append((at_s, found.notice))
    for (first_s, first), (then_s, then) in itertools.pairwise(spoken):
        assert then_s - first_s >= SETTINGS.gap_s or then.rank > first.rank
    for at, (first_s, first) in enumerate(spoken):
        for then_s, then in spoken[at + 1 :]:
            if then.key == first.key and then.level == first.level:
                assert then_s - first_s >= SETTINGS.again_s(first.level)
