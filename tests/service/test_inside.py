"""The process that looks at itself: here without systemd, so that much of it fails and all of it is told."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.service.findings import from_plain
from cabin.service.inside import Expected, main

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = Expected("cabin", ("audio",), ("/nowhere/state",), ("/nowhere/models",), 420, 150, 64, "net:[1]", False)


def test_what_is_sent_is_read():
    assert Expected.read(json.dumps(dataclasses.asdict(EXPECTED))) == EXPECTED


@pytest.mark.parametrize("text", ["", "{}", '{"groups": []}', '{"groups": [], "writable": [], "readable": []}'])
def test_what_is_none_is_refused(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Expected.read(text)


def test_every_finding_is_a_line():
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "plugins")))}
    environ["CABIN_LOAD_PLUGINS"] = "cabin_sound,cabin_simcar"
    command = [sys.executable, "-m", "cabin.service.inside", json.dumps(dataclasses.asdict(EXPECTED))]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [from_plain(json.loads(line)) for line in done.stdout.splitlines()]
    assert {each.area for each in told} >= {"user", "rights", "network", "directory", "config", "device", "limit"}
    assert "microphone" not in {each.area for each in told}, "the daemon has it"
    levels = {(each.area, each.where): each.level for each in told}
    assert levels[("directory", "/nowhere/state")] == "fail"
    assert levels[("user", "User=")] == "fail"


def test_a_configuration_that_is_wrong_is_told_and_ends_it(tmp_path, monkeypatch, capsys):
    (tmp_path / "cabin.yaml").write_text("recogniser: {}\n")
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_sound,cabin_simcar")
    main([json.dumps(dataclasses.asdict(EXPECTED))])
    told = [from_plain(json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert [each.level for each in told if each.area == "config"] == ["fail"]
    assert "limit" not in {each.area for each in told}
