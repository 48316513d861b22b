"""A simulated car recorded: it stays the car it is, and the recording drives again as it went."""

from __future__ import annotations

import pytest

from cabin.errors import ConfigError, VehicleError
from cabin.testing.vehicle_contract import LOCKED, POSITION, SPECS, SPEED, VehicleContract
from cabin.vehicle.recording import load_recording
from cabin_replay.car import ReplayCar
from cabin_replay.recorder import RecordingCar
from cabin_replay.settings import RecordingSettings, ReplaySettings
from cabin_simcar.car import SimulatedCar
from cabin_simcar.settings import SimcarSettings


@pytest.fixture
def file(tmp_path):
    return tmp_path / "drives" / "drive.jsonl"


def recorded(file, **settings):
    return RecordingCar(SimulatedCar(SPECS, SimcarSettings(latency_ms=5)), RecordingSettings(file, **settings))


class TestContract(VehicleContract):
    @pytest.fixture
    def car(self, file):
        car = recorded(file)
        yield car
        car.close()


def test_reads_writes_and_changes_are_kept_with_what_came_of_them(file):
    car = recorded(file)
    car.read(SPEED)
    car.write(LOCKED, False, 200)
    car.wait_for(LOCKED, False, 1000)
    with pytest.raises(VehicleError):
        car.write(POSITION, 101, 200)
    with pytest.raises(VehicleError):
        car.read("Vehicle.None")
    car.close()
    told = [(e.kind, e.path, e.value, e.error) for e in load_recording(file) if e.kind != "state"]
    assert told == [
        ("read", SPEED, 0.0, ""),
        ("write", LOCKED, False, ""),
        ("change", LOCKED, False, ""),
        ("read", LOCKED, False, ""),
        ("write", POSITION, 101, "VehicleError"),
        ("read", "Vehicle.None", None, "UnknownSignalError"),
    ]


def test_what_was_recorded_drives_again(file):
    car = recorded(file)
    car.place(SPEED, 30.0)
    car.write(POSITION, 20, 200)
    car.wait_for(POSITION, 20, 1000)
    car.place(SPEED, 0.0)
    car.close()
    again, seen = ReplayCar(SPECS, ReplaySettings(file)), []
    again.subscribe([SPEED, POSITION], lambda signal: seen.append((signal.path, signal.value)))
    again.run()
    assert [value for path, value in seen if path == SPEED] == [30.0, 0.0]
    assert again.read(POSITION).value == 20
    assert again.differences() == ([(POSITION, 20)], [])


def test_the_file_is_bounded_and_each_part_can_be_driven_alone(file):
    car = recorded(file, max_mib=0.1, keep=2)
    for number in range(4000):
        car.place(SPEED, float(number % 200 + 1))
    car.close()
    parts = sorted(file.parent.iterdir())
    assert [part.name for part in parts] == ["drive.jsonl", "drive.jsonl.1", "drive.jsonl.2"]
    assert all(part.stat().st_size <= 0.1 * 2**20 for part in parts)
    for part in parts:
        assert set(ReplayCar(SPECS, ReplaySettings(part)).signals()) >= set(SPECS)
    newest = [event.value for event in load_recording(file) if event.kind == "change"]
    assert newest[-1] == 200.0


def test_an_older_recording_is_moved_not_lost(file):
    for _ in range(2):
        recorded(file).close()
    assert {part.name for part in file.parent.iterdir()} == {"drive.jsonl", "drive.jsonl.1"}


def test_a_file_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"interfaces\.recording\.file: cannot be written"):
        recorded(tmp_path / "file" / "drive.jsonl")


def test_a_full_disk_ends_the_recording_not_the_drive(file, caplog):
    car = recorded(file)
    car._file._file.close()  # a write now fails, as on a disk that is gone

    class Full:
        def write(self, _text):
            raise OSError(28, "No space left on device")

    car._file._file = Full()
    car.write(LOCKED, False, 200)
    assert car.wait_for(LOCKED, False, 1000).value is False
    assert "recording ends" in caplog.text
    car.close()
