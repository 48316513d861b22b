"""Time and date in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cabin.catalog.loader import load_catalog
from cabin.messages import Command
from cabin_simcar.car import SimulatedCar
from cabin_status import catalog_dirs, clock


@pytest.mark.parametrize(
    ("hour", "minute", "short", "long"),
    [(0, 5, "12:05 am", "0:05"), (9, 30, "9:30 am", "9:30"), (12, 0, "12:00 pm", "12:00"), (15, 5, "3:05 pm", "15:05")],
)
def test_time_of_day(hour: int, minute: int, short: str, long: str) -> None:
    now = datetime(2026, 3, 1, hour, minute)
    assert clock.say_time(now, use_24_hours=False) == short
    assert clock.say_time(now, use_24_hours=True) == long


def test_date() -> None:
    assert clock.say_date(datetime(2026, 3, 1)) == "Sunday, March 1, 2026"
    assert clock.say_date(datetime(2024, 12, 31)) == "Tuesday, December 31, 2024"


def test_answers_follow_the_system_clock_and_the_cars_format() -> None:
    catalog = load_catalog(catalog_dirs())
    car = SimulatedCar(catalog.signals)
    car.place(clock.TIME_FORMAT, "HR_24")
    before = datetime.now().astimezone()
    reply = clock.tell_time(Command("time.get"), catalog.intents["time.get"], car).reply
    day = clock.tell_date(Command("date.get"), catalog.intents["date.get"], car).reply
    after = datetime.now().astimezone()
    minutes = {before + timedelta(minutes=n) for n in range(int((after - before).total_seconds() // 60) + 2)}
    assert reply in {f"It is {clock.say_time(now, use_24_hours=True)}." for now in minutes}
    assert day in {f"Today is {clock.say_date(now)}." for now in (before, after)}


def test_a_car_without_the_setting_counts_to_twelve() -> None:
    catalog = load_catalog(catalog_dirs())
    car = SimulatedCar({path: spec for path, spec in catalog.signals.items() if path != clock.TIME_FORMAT})
    reply = clock.tell_time(Command("time.get"), catalog.intents["time.get"], car).reply
    assert reply is not None and reply.endswith(("am.", "pm."))
