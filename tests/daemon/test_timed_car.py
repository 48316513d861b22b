"""The first write is remembered, and everything else is the car's."""

from __future__ import annotations

from cabin.daemon.timed_car import TimedCar

POSITION = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def test_only_the_first_write_counts(car):
    timed = TimedCar(car)
    assert timed.written_s is None
    timed.write(POSITION, 10, 1000.0)
    first = timed.written_s
    timed.write(POSITION, 20, 1000.0)
    assert first is not None
    assert timed.written_s == first
    assert timed.signals() is car.signals()
    assert timed.wait_for(POSITION, 20, 5000.0) == car.read(POSITION)
    assert timed.name == car.name


def test_observers_are_the_cars(car):
    timed, seen = TimedCar(car), []
    end = timed.subscribe([POSITION], seen.append)
    car.place(POSITION, 40)
    assert timed.read(POSITION).value == 40
    end()
    timed.close()
    assert [signal.value for signal in seen] == [40]
