"""An utterance is taken once at most, and none when it is late or its worker gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cabin.budget.settings import DeadlineSettings
from cabin.daemon.flights import Flight, Flights, late_stage


def flight(generation=1, utterance=1, due_s=10.0):
    return Flight(generation, utterance, 0.0, 1.0, due_s)


def test_a_flight_is_taken_once():
    flights = Flights()
    flights.begin(flight())
    assert flights.take(1, 1) == flight()
    assert flights.take(1, 1) is None


def test_the_same_number_of_another_worker_is_another_utterance():
    flights = Flights()
    flights.begin(flight(generation=1))
    assert flights.take(2, 1) is None
    assert flights.take(1, 1) is not None


def test_what_is_late_or_lost_is_taken_by_nobody_else():
    flights = Flights()
    for number, due_s in ((1, 5.0), (2, 20.0)):
        flights.begin(flight(utterance=number, due_s=due_s))
    flights.begin(flight(generation=2, utterance=9, due_s=99.0))
    assert [each.utterance for each in flights.overdue(5.0)] == [1]
    assert flights.take(1, 1) is None
    assert [each.utterance for each in flights.lose(1)] == [2]
    assert [each.utterance for each in flights.lose()] == [9]
    assert len(flights) == 0


@given(st.lists(st.tuples(st.sampled_from(["begin", "take", "late", "lose"]), st.integers(1, 3), st.integers(1, 4))))
def test_whatever_happens_each_comes_out_once(steps):
    flights, begun, out = Flights(), set(), []
    for what, generation, utterance in steps:
        key = (generation, utterance)
        if what == "begin" and key not in begun:
            begun.add(key)
            flights.begin(flight(generation, utterance, float(utterance)))
        elif what == "take":
            taken = flights.take(*key)
            out += [(taken.generation, taken.utterance)] if taken else []
        elif what == "late":
            out += [(each.generation, each.utterance) for each in flights.overdue(float(utterance))]
        elif what == "lose":
            out += [(each.generation, each.utterance) for each in flights.lose(generation)]
    out += [(each.generation, each.utterance) for each in flights.lose()]
    assert sorted(out) == sorted(begun)


def test_a_stage_is_late_for_as_long_as_somebody_waits_for_it():
    deadlines = DeadlineSettings(recognize_ms=500, parse_ms=100, utterance_ms=2000)
    flying = flight(due_s=3.0)  # its endpoint was at 1.0
    assert late_stage(flying, {"recognize": 400.0, "parse": 90.0}, deadlines, 1.6) == ""
    assert late_stage(flying, {"recognize": 600.0, "parse": 90.0}, deadlines, 1.6) == "recognize"
    assert late_stage(flying, {"recognize": 600.0, "parse": 90.0}, deadlines, 1.1) == ""  # most of it in silence
    assert late_stage(flying, {"recognize": 400.0, "parse": 110.0}, deadlines, 1.6) == "parse"
    assert late_stage(flying, {"recognize": 9000.0}, DeadlineSettings(recognize_ms=None), 11.0) == ""
