from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_simcar.car import SimulatedCar
from cabin_simcar.drive import Drive, drive_names, load_drive
from cabin_simcar.settings import SimcarSettings


@pytest.mark.parametrize("name", drive_names())
def test_every_drive_that_is_shipped_can_be_driven(name):
    drive = load_drive(name)
    assert drive.about
    assert drive.duration_s > 60
    known = {**BASE_SIGNALS}
    driven = {path for event in drive.events for path in event.set}
    assert all(path.startswith("Vehicle.") for path in driven)
    car = SimulatedCar(known, SimcarSettings(drive=name))
    car.advance(20_000)
    assert car.read("Vehicle.Speed").value == pytest.approx(drive.speed_at(20), abs=0.01)


def test_between_two_points_the_speed_is_on_a_line():
    drive = Drive("x", "", ((0, 0), (10, 50), (20, 50)))
    assert [drive.speed_at(at) for at in (-1, 0, 5, 10, 15, 99)] == [0, 0, 25, 50, 50, 50]


def test_a_drive_of_ones_own(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("about: mine\nspeed: [[0, 0], [10, 30]]\nrepeat: 2\nparked: false\n", encoding="utf-8")
    drive = load_drive(str(file))
    assert (drive.name, drive.duration_s, drive.begins_parked, drive.speed_at(15)) == (
        "mine",
        20,
        False,
        pytest.approx(15, abs=0.1),
    )


def test_all_mistakes_at_once(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "abuot: x\nstart: noon\noutside_c: hot\nclouds: 2\n"
        "speed: [[0, 0], [0, 5], [5, 400], [x]]\nevents: [{at_s: 1}, {at_s: x, set: {A: 1}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_drive(str(file))
    told = str(caught.value)
    for part in ("'about'", "start is no time", "outside_c", "clouds", "not later", "no speed", "no point", "no event"):
        assert part in told, part
    assert "wrong.yaml:5" in told
    with pytest.raises(ConfigError, match="Did you mean 'country'"):
        load_drive("contry")
    file.write_text("speed: [[0, 0]]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="two points"):
        load_drive(str(file))
