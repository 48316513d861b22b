from __future__ import annotations

from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.pacer import Pacer
from tests.monitoring.conftest import LAMP, SPEED, question, speed


def board_of(reports=None, **monitors):
    return MonitorBoard(monitors, Pacer(), lambda *told: (reports if reports is not None else []).append(told))


def test_each_hears_what_it_watches(scribe):
    a, b = scribe(paths=(SPEED,)), scribe(paths=(LAMP, SPEED))
    board = board_of(a=a, b=b)
    board.take([speed(1), speed(2, LAMP), speed(3, "Vehicle.Other")], 0)
    assert board.paths == {SPEED, LAMP}
    assert [value for _, _, value in a.told] == [1]
    assert sorted(value for _, _, value in b.told) == [1, 2]


def test_a_notice_waits_until_it_is_asked_for_and_the_answer_goes_back(scribe):
    monitor = scribe(script=lambda host: host.tell(question()))
    board = board_of(m=monitor)
    assert board.next(0) is None
    board.advance(0)
    said = board.next(0)
    assert (said.source, said.notice) == ("m", question())
    board.answer(said, "no", 3)
    assert monitor.answers == [("rest", "no")]
    board.advance(3000)
    assert board.next(3000) is not None  # not for ever
    board.answer(said, "no", 3001)
    board.advance(3002)
    assert board.next(4000) is None


def test_reports_carry_the_monitors_name(scribe):
    reports = []
    board_of(reports, m=scribe(script=lambda host: host.report("drowsy", 1, 9))).advance(0)
    assert reports == [("m", "drowsy", 1, 9)]


def test_one_left_behind_is_asked_no_more_and_the_others_are(scribe):
    a, b = scribe(), scribe()
    board = board_of(a=a, b=b)
    board.leave_behind("a")
    board.take([speed(1)], 0)
    board.advance(0)
    assert (a.told, a.ticks, len(b.told), b.ticks) == ([], [], 1, [0])


def test_without_monitors_there_is_nothing_to_do():
    board = board_of()
    assert (board.advance(5.0), board.next(5.0), board.paths) == (6.0, None, frozenset())
