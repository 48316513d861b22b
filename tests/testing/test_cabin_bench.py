"""The plugin in a pytest of its own, as an engineer has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TESTS = """
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def test_the_trunk_stays_shut(cabin_bench):
    car = cabin_bench(speed=80)
    said = car.say("open the trunk")
    assert (said.statuses, said.intents, car.writes) == (["refused"], ["trunk.open"], [])
    assert "stands" in said.reply
    car.set("Vehicle.Speed", 0.0)
    assert car.say("open the trunk").statuses == ["done"]


def test_a_conversation(cabin_bench):
    car = cabin_bench({"Vehicle.Speed": 150.0})
    assert car.say("open the driver window").statuses == ["confirm"]
    assert car.say("yes").statuses == ["done"]
    car.wait(10)
    assert car[WINDOW] == 100
    assert car.say("sing me a song").refused == "unclear"


def test_that_fails(cabin_bench):
    assert cabin_bench(speed=80).say("open the trunk").statuses == ["done"]
"""
SCENARIO = """
about: The trunk stays shut.
vary: {speed: [80, 0]}
car: {Vehicle.Speed: "{speed}"}
steps:
  - say: open the trunk
    expect: {status: [refused]}
"""


def test_tests_and_scenarios_run(tmp_path):
    (tmp_path / "test_own.py").write_text(TESTS)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "trunk.yaml").write_text(SCENARIO)
    (tmp_path / "other.yaml").write_text("no scenario\n")
    plugin = [] if _is_registered() else ["-p", "cabin.testing.cabin_bench"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "test_own.py"]
    command += ["--cabin-scenarios", "scenarios", "--cabin-model", "none"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert "2 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "step 1: status: expected refused, seen done" in done.stdout
    assert "test_that_fails" in done.stdout


def _is_registered():
    from importlib.metadata import entry_points

    return any(point.name == "cabin_bench" for point in entry_points(group="pytest11"))
