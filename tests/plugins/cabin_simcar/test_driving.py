from __future__ import annotations

import pytest

from cabin_simcar.drive import Drive, DriveEvent, load_drive
from cabin_simcar.driving import Driving

SPEED, GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"
BRAKE, WAY = "Vehicle.Chassis.ParkingBrake.IsEngaged", "Vehicle.TraveledDistance"


def test_a_standard_cycle_has_its_length(world_of):
    """UNECE Regulation No. 83: 1.013 km in part one, 6.955 km in part two."""
    for name, metres in (("country", 6955), ("city", 4 * 1013)):
        driving = Driving(load_drive(name))
        _, kept, go = world_of(driving)
        go(driving.drive.duration_s + 5)
        assert kept[WAY] == pytest.approx(metres, rel=0.008)
        assert driving.is_over
        assert (kept[SPEED], kept[GEAR], kept[BRAKE], kept["Vehicle.IsMoving"]) == (0.0, 126, True, False)


def test_gears_and_events(world_of):
    drive = Drive(
        "x", "", ((0, 0), (5, 0), (6, -5), (10, -5), (11, 0), (15, 30)), events=(DriveEvent(2, {BRAKE: False}),)
    )
    _, kept, go = world_of(Driving(drive))
    go(1)
    assert (kept[GEAR], kept[BRAKE]) == (126, True)
    go(2)
    assert kept[BRAKE] is False
    go(5)
    assert (kept[SPEED], kept[GEAR], kept["Vehicle.IsMoving"]) == (-5.0, -1, True)
    go(6.9)
    assert kept[GEAR] == 127
    assert kept["Vehicle.Acceleration.Longitudinal"] == pytest.approx(30 / 3.6 / 4, rel=0.01)


def test_without_a_drive_the_speed_stays(world_of):
    driving = Driving()
    _, kept, go = world_of(driving)
    kept[SPEED] = 36.0
    go(100)
    assert (kept[SPEED], driving.is_over) == (36.0, True)
    assert kept[WAY] == pytest.approx(1000, abs=1)


def test_drivers_stray_as_the_seed_has_it(world_of):
    def speeds(seed, variation):
        _, _, go = world_of(Driving(load_drive("country"), variation), seed=seed)
        return [go(10)[SPEED] for _ in range(30)]

    assert speeds(1, 0.1) == speeds(1, 0.1) != speeds(2, 0.1)
    assert speeds(1, 0) == speeds(2, 0)
    assert all(
        0.69 * plain <= strayed <= 1.31 * plain for plain, strayed in zip(speeds(1, 0), speeds(1, 0.1), strict=True)
    )
