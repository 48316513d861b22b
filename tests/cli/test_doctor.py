"""`cabin doctor`: lines, JSON, exit code."""

from __future__ import annotations

import json

import pytest

from cabin.cli import checkup
from cabin.cli.checkup import Finding
from cabin.cli.main import main


def run(monkeypatch, findings, *arguments):
    monkeypatch.setattr(checkup, "CHECKS", [lambda app: iter(findings)])
    with pytest.raises(SystemExit) as caught:
        main(["doctor", *arguments])
    return caught.value.code


def test_what_is_told(monkeypatch, capsys):
    findings = [Finding("ok", "python", "3.11"), Finding("warn", "folders", "full", "Make room.")]
    assert run(monkeypatch, findings) == 0
    assert capsys.readouterr().out == "ok   python: 3.11\nwarn folders: full\n     Make room.\n"


def test_a_failure_is_exit_code_1(monkeypatch, capsys):
    findings = [Finding("fail", "config", "wrong", "Mend it."), Finding("ok", "python", "3.11")]
    assert run(monkeypatch, findings, "--json") == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"level": "fail", "area": "config", "what": "wrong", "hint": "Mend it."}
    assert len(told) == 2
