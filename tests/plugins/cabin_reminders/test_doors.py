from __future__ import annotations

from cabin.monitoring.drive import drive
from cabin.vehicle.recording import Event
from cabin_reminders import make_doors
from cabin_reminders.signals import LIDS

SPEED, GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"


def seen_of(*changes):
    events = [Event(1000.0 * at_s, "change", path, value) for at_s, path, value in changes]
    return [(each.level, each.what) for each in drive(events, {"doors": make_doors()})]


def test_a_parked_car_may_be_open():
    assert seen_of((0, GEAR, 126), (1, LIDS["hood"].path, True), (60, GEAR, 126)) == []


def test_setting_off_with_an_open_door():
    path = LIDS["rear left door"].path
    seen = seen_of(
        (0, GEAR, 126), (1, path, True), (5, GEAR, 127), (7, SPEED, 10.0), (8, path, False), (60, SPEED, 50.0)
    )
    assert seen == [
        ("warning", "The rear left door is open."),
        ("alarm", "The rear left door is open. Please stop."),
    ]


def test_the_trunk_tells_how_far():
    assert seen_of((0, LIDS["trunk"].path, 0), (1, SPEED, 30.0), (9, SPEED, 30.0)) == []
    seen = seen_of((0, LIDS["trunk"].path, 40), (0, LIDS["hood"].path, True), (1, SPEED, 30.0), (9, SPEED, 30.0))
    assert seen[0] == ("alarm", "The trunk and the hood are open. Please stop.")
