from __future__ import annotations

from cabin.monitoring.drive import drive
from cabin.vehicle.recording import Event
from cabin_reminders import make_belts
from cabin_reminders.signals import SEATS

SPEED = "Vehicle.Speed"
DRIVER, REAR = SEATS[0], SEATS[4]


def seen_of(*changes):
    events = [Event(0.0, "state", seat.occupied.path, seat.occupied.initial) for seat in SEATS]
    events += [Event(0.0, "state", seat.belted.path, False) for seat in SEATS]
    events += [Event(1000.0 * at_s, "change", path, value) for at_s, path, value in changes]
    return [(each.at_s, each.level, each.what) for each in drive(events, {"belts": make_belts()})]


def test_a_standing_car_reminds_nobody():
    assert seen_of((1, SPEED, 0.0), (90, SPEED, 0.0)) == []


def test_first_a_word_then_a_warning_then_an_alarm():
    seen = seen_of((1, SPEED, 12.0), (200, SPEED, 12.0))
    assert [level for _, level, _ in seen][:3] == ["advice", "warning", "alarm"]
    assert seen[0][2] == "Please fasten your seat belt."
    assert 18 <= seen[1][0] - seen[0][0] <= 22
    assert 58 <= seen[2][0] - seen[1][0] <= 62


def test_from_25_km_h_it_begins_with_the_warning():
    assert seen_of((1, SPEED, 40.0), (10, SPEED, 40.0))[0][1] == "warning"


def test_belts_that_are_on_and_seats_that_are_empty_are_no_matter():
    assert seen_of((0, DRIVER.belted.path, True), (1, SPEED, 100.0), (100, SPEED, 100.0)) == []


def test_all_seats_in_one_sentence():
    seen = seen_of((0, REAR.occupied.path, "OCCUPIED"), (1, SPEED, 50.0), (20, SPEED, 50.0))
    assert seen[0][2] == "Seat belts, please: the driver and the rear right."


def test_who_unbuckles_while_driving_is_told_at_once_and_who_buckles_up_no_more():
    belted = DRIVER.belted.path
    seen = seen_of((0, belted, True), (1, SPEED, 90.0), (50, belted, False), (53, belted, True), (300, SPEED, 90.0))
    assert len(seen) == 1
    assert 50 <= seen[0][0] <= 52
