"""What many tests share: no skips in CI, a small catalog that uses every feature of the format, and cars for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("cabin", deadline=None)  # no test asserts wall-clock time
settings.load_profile("cabin")

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Material that may lie beside the checkout; tests that need it skip where it does not."""
BESIDE = ("shared", "beside th")
"""Words that the reasons of those skips have."""


def is_allowed_skip(reason: str) -> bool:
    """Whether a test may be skipped: anywhere but in CI, and there only for want of ../shared where it is not."""
    return not os.environ.get("CI") or (not SHARED.is_dir() and any(words in reason for words in BESIDE))


def refuse_skip(report):
    """Turn a skip that CI does not allow into a failure: what a test needs, make and .ci/run must install."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not is_allowed_skip(reason):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where nothing may be: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Look at each test's report."""
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Look at each file's report: pytest.importorskip on its first lines skips the whole of it."""
    return refuse_skip((yield))


SMALL_SIGNALS = """
signals:
  Vehicle.Cabin.Door.{Row1,Row2}.{DriverSide,PassengerSide}.Window.Position:
    {kind: actuator, datatype: uint8, unit: percent, min: 0, max: 100, initial: 0, rate_per_s: 40}
  Vehicle.Cabin.HVAC.Station.Row1.{Driver,Passenger}.Temperature:
    {kind: actuator, datatype: float, unit: celsius, min: 16, max: 28, initial: 21}
  Vehicle.Body.Trunk.Rear.IsOpen: {kind: actuator, datatype: boolean, initial: false}
  Vehicle.Cabin.Door.Row1.DriverSide.IsLocked:
    {kind: actuator, datatype: boolean, initial: true, says: {"true": locked, "false": unlocked}}
  Vehicle.Powertrain.Range: {kind: sensor, datatype: uint32, unit: m, initial: 412000}
  Vehicle.Speed: {kind: sensor, datatype: float, unit: km/h, initial: 0}
"""

SMALL_DEVICES = {
    "window": """
device: window
zones:
  driver: [Row1.DriverSide]
  passenger: [Row1.PassengerSide]
  rear_left: [Row2.DriverSide]
  rear_right: [Row2.PassengerSide]
  all: [Row1.DriverSide, Row1.PassengerSide, Row2.DriverSide, Row2.PassengerSide]
  default: [Row1.DriverSide]
intents:
  open:
    title: open the window
    slots:
      position: [driver, passenger, rear_left, rear_right, all]
      value: {number: [0, 100]}
      unit: [percent]
    cases:
      - when: {value: given}
        set: {"Vehicle.Cabin.Door.{place}.Window.Position": "{value}"}
      - set: {"Vehicle.Cabin.Door.{place}.Window.Position": 100}
    reply: Opening the {position} window.
    sentences: ["open [the] [{position}] window[s]", "open the [{position}] window {value}"]
  get:
    slots: {position: [driver, passenger, rear_left, rear_right, all]}
    read: ["Vehicle.Cabin.Door.{place}.Window.Position"]
    reply: The {position} window is {readings} open.
    sentences: ["how far is the [{position}] window open"]
""",
    "temperature": """
device: temperature
intents:
  set:
    title: set the temperature
    slots:
      value: {number: [-40, 120], words: [max, min], required: true}
      unit: [celsius, fahrenheit, degree]
    set: {Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature: "{value}"}
    reply: Setting the temperature to {value}.
    sentences: ["set the temperature to {value}"]
  up:
    title: make it warmer
    set: {Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature: {by: 4}}
    reply: Warmer, {value}.
    sentences: [make it warmer]
""",
    "trunk": """
device: trunk
intents:
  open:
    policy: standstill
    set: {Vehicle.Body.Trunk.Rear.IsOpen: true}
    reply: Opening the trunk.
    sentences: [open the trunk]
""",
    "door": """
device: door
intents:
  unlock:
    title: unlock the door
    policy: confirm
    set: {Vehicle.Cabin.Door.Row1.DriverSide.IsLocked: false}
    reply: Unlocking the door.
    sentences: [unlock the door]
  get:
    read: [Vehicle.Cabin.Door.Row1.DriverSide.IsLocked]
    reply: The door is {reading}.
    sentences: [is the door locked]
""",
    "range": """
device: range
intents:
  get:
    read: [Vehicle.Powertrain.Range]
    reply: The range is {reading}.
    sentences: [how far can i go]
""",
}


@pytest.fixture(scope="session")
def small_catalog_dir(tmp_path_factory) -> Path:
    """Return a catalog folder of five devices."""
    folder = tmp_path_factory.mktemp("catalog")
    (folder / "signals.yaml").write_text(SMALL_SIGNALS, encoding="utf-8")
    for name, text in SMALL_DEVICES.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_catalog(small_catalog_dir):
    """Return the catalog of that folder, loaded and checked."""
    from cabin.catalog.loader import load_catalog

    return load_catalog([small_catalog_dir])


@pytest.fixture
def car(small_catalog):
    """Return a simulated car that has the small catalog's signals."""
    from cabin_simcar.car import SimulatedCar

    car = SimulatedCar(small_catalog.signals)
    yield car
    car.close()
