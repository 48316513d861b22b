"""A package that does everything wrong, beside the whole chain: it is told by name, and the chain goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ROGUE = """
import sys
import time

from cabin.hookspecs import hookimpl


@hookimpl
def catalog_dirs():
    return "not a list"


@hookimpl
def register_vehicles(register):
    register("simulated", print)


@hookimpl
def compose_reply(outcome):
    time.sleep(600)


@hookimpl
def observe_signal(change):
    sys.exit("observed enough")


@hookimpl
def observe_outcome(outcome):
    raise BaseException("nothing catches me")
"""


@pytest.fixture
def rogue(tmp_path):
    (tmp_path / "rogue.py").write_text(ROGUE)
    info = tmp_path / "cabin_rogue-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cabin-rogue\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cabin]\nrogue = rogue\n")
    return tmp_path


def cabin(rogue, *arguments, **environ):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(rogue),
        "PYTHONPATH": os.pathsep.join([str(rogue), str(ROOT), str(ROOT / "plugins")]),
        "CABIN_GUARD_CALL_BUDGET_MS": "300",
        **environ,
    }
    command = [sys.executable, "-m", "cabin.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_chain_goes_on(rogue):
    arguments = ("say", "open the driver window", "--model", "none", "--json")
    environ = {"CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_body,rogue"}
    run = cabin(rogue, *arguments, CABIN_GUARD_FAULTS_ALLOWED="100", **environ)
    assert run.returncode == 0, run.stderr
    (outcome,) = json.loads(run.stdout)["outcomes"]
    assert (outcome["status"], outcome["changes"][0]["after"]) == ("done", 100)
    assert outcome["reply"] == "Opening the driver window."
    for what in (
        "catalog_dirs: did not return a list",
        "vehicle interface 'simulated' is already registered by plugin 'cabin_simcar'",
        "compose_reply: ran past its 300 ms",
        "an earlier call still hangs",
        "plugin rogue is quarantined",
    ):
        assert what in run.stderr
    assert "Traceback" not in run.stderr


def test_exits_and_odd_exceptions_are_caught(rogue):
    source = (rogue / "rogue.py").read_text()
    (rogue / "rogue.py").write_text(source.replace("    time.sleep(600)", "    return None"))
    arguments = ("say", "open the driver window", "--model", "none", "--json")
    environ = {"CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_body,rogue", "CABIN_GUARD_CALL_BUDGET_MS": "30000"}
    run = cabin(rogue, *arguments, CABIN_GUARD_FAULTS_ALLOWED="100", **environ)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["outcomes"][0]["status"] == "done"
    assert "observe_signal: called sys.exit('observed enough')" in run.stderr
    assert "observe_outcome: raised BaseException: nothing catches me" in run.stderr


def test_its_faults_are_listed(rogue):
    run = cabin(rogue, "plugins", "--json", CABIN_LOAD_PLUGINS="cabin_simcar,rogue")
    told = {info["name"]: info for info in map(json.loads, run.stdout.splitlines())}
    assert [fault["hook"] for fault in told["rogue"]["faults"]] == ["catalog_dirs", "register_vehicles"]
    assert told["rogue"]["distribution"] == "cabin-rogue"
    assert told["cabin_simcar"]["faults"] == []


def test_without_it(rogue):
    run = cabin(rogue, "plugins", "--json", CABIN_LOAD_PLUGINS="cabin_simcar")
    states = {info["name"]: info["state"] for info in map(json.loads, run.stdout.splitlines())}
    assert (states["rogue"], states["cabin_simcar"]) == ("left out", "loaded")
    assert run.stderr == ""
