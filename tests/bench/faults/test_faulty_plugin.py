"""The plugin that fails when told to: each deed, where it does not end the test."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest

from cabin.bench.faults import faulty_plugin
from cabin.bench.faults.faulty_plugin import obey, step_clock


@pytest.fixture
def orders(tmp_path, monkeypatch):
    monkeypatch.setenv(faulty_plugin.FOLDER, str(tmp_path))
    return tmp_path


def test_an_order_is_carried_out_once(orders):
    (orders / "policy.raise").touch()
    obey("car")
    with pytest.raises(RuntimeError, match="as ordered"):
        obey("policy")
    obey("policy")
    assert not (orders / "policy.raise").exists()
    (orders / "policy.exit").touch()
    with pytest.raises(SystemExit):
        obey("policy")


def test_holding_lasts_until_it_is_let_go(orders):
    (orders / "car.hold").touch()
    held = threading.Thread(target=obey, args=("car",))
    held.start()
    held.join(0.2)
    assert held.is_alive()
    (orders / "car.hold").unlink()
    held.join(60)
    assert not held.is_alive()


@pytest.mark.parametrize(("deed", "code"), [("leave", 7), ("abort", -11)])
def test_deeds_that_end_the_process(orders, deed, code):
    (orders / f"recognizer.{deed}").touch()
    program = "from cabin.bench.faults.faulty_plugin import obey; obey('recognizer')"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == code


def test_the_clock_of_this_process_only(orders, monkeypatch):
    before_s, now_s = time.monotonic(), time.time()
    monkeypatch.setattr(time, "time", time.time)
    monkeypatch.setattr(time, "time_ns", time.time_ns)
    step_clock(3600.0)
    assert 3600 <= time.time() - now_s < 3700
    assert 3600 <= time.time_ns() / 1e9 - now_s < 3700
    assert time.monotonic() - before_s < 100


def test_the_car_notes_what_is_written_to_it(orders):
    class Car:
        name = "a"

        def write(self, path, value, deadline_ms):
            self.written = path, value

        def read(self, path):
            return "what it holds"

    inner = Car()
    car = faulty_plugin._open_car({}, {"of": inner})
    car.write("Vehicle.A", 3, 100.0)
    assert inner.written == ("Vehicle.A", 3)
    assert car.read("Vehicle.A") == "what it holds"
    noted = json.loads((orders / faulty_plugin.WRITES).read_text(encoding="utf-8"))
    assert (noted["path"], noted["value"]) == ("Vehicle.A", 3)
    (orders / "car.raise").touch()
    with pytest.raises(RuntimeError):
        car.write("Vehicle.A", 4, 100.0)
    assert (orders / faulty_plugin.WRITES).read_text(encoding="utf-8").count("\n") == 1
