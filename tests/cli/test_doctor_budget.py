"""`cabin doctor --budget`: which files, what is printed, exit codes. The machine is measured by tests/bench."""

from __future__ import annotations

import json
import sys

import pytest

from cabin.cli import doctor_budget
from cabin.cli.app import App
from cabin.cli.doctor_budget import Measured, find_budgets, measure_in_process
from cabin.cli.main import main
from cabin.errors import BudgetError, UsageError

GOOD = Measured({"parser_p50_ms": 9.5, "resident_mib": 210.25}, {"ready_s": "needs /proc"}, 3.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two budgets, one easy and one hard, in a configuration folder of their own."""
    budgets = tmp_path / "budgets"
    budgets.mkdir()
    (budgets / "easy.yaml").write_text("parser_p50_ms: 20\nresident_mib: 300\n")
    (budgets / "hard.yaml").write_text("parser_p50_ms: 20\nresident_mib: 200\n")
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    return budgets


def run(monkeypatch, measured, *arguments):
    monkeypatch.setattr(doctor_budget, "measure_in_process", lambda app: measured)
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--budget", *arguments])
    return caught.value.code


def test_a_budget_that_is_met(folder, monkeypatch, capsys):
    assert run(monkeypatch, GOOD, "easy") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "parser_p50_ms\t20\t9.5\tmet\t" in lines
    assert "resident_mib\t300\t210\tmet\t" in lines
    assert "ready_s\t2\t\tnot measured\tneeds /proc" in lines
    assert lines[-1] == "easy: met"


def test_a_budget_that_is_missed_by_its_path(folder, monkeypatch, capsys):
    assert run(monkeypatch, GOOD, str(folder / "hard.yaml")) == 1
    out = capsys.readouterr().out
    assert "resident_mib\t200\t210\tmissed" in out
    assert out.endswith("hard: missed\n")


def test_all_of_them(folder, monkeypatch, capsys):
    assert run(monkeypatch, GOOD) == 0
    out = capsys.readouterr().out
    assert "key\tmeasured\teasy\thard\n" in out
    assert "resident_mib\t210\tmet (300)\tmissed (200)\n" in out
    assert "not measured: ready_s: needs /proc\n" in out
    assert out.endswith("this machine meets: easy\n")


def test_none_of_them_is_exit_code_1(folder, monkeypatch, capsys):
    assert run(monkeypatch, Measured({"parser_p50_ms": 99}, {}, 98.6)) == 1
    out = capsys.readouterr().out
    assert "this machine meets: none of them\n" in out
    assert "Other programs had the core 98.6 % of the time" in out


def test_json(folder, monkeypatch, capsys):
    assert run(monkeypatch, GOOD, "hard", "--json") == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (row,) = [each for each in told if each["key"] == "resident_mib"]
    assert row == {
        "budget": "hard",
        "key": "resident_mib",
        "limit": 200,
        "measured": 210.25,
        "verdict": "missed",
        "why": "",
    }


def test_a_name_that_is_not_there(folder, monkeypatch, capsys):
    assert run(monkeypatch, GOOD, "esay") == 2
    assert "Did you mean 'easy'?" in capsys.readouterr().err
    monkeypatch.setenv("CABIN_CONFIG", str(folder))
    with pytest.raises(UsageError, match="there are no budgets"):
        find_budgets(App(), "")


def test_mistakes_of_a_file_are_told_before_measuring(folder, monkeypatch, capsys):
    (folder / "hard.yaml").write_text("resident_mib: 300 MiB\nladder: {dwell: 3}\n")

    def never(app):
        raise AssertionError("measured all the same")

    monkeypatch.setattr(doctor_budget, "measure_in_process", never)
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--budget", "hard"])
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert "hard.yaml:1: resident_mib" in told
    assert "hard.yaml:2: unknown key 'ladder.dwell'" in told


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Replace the interpreter by a script."""

    def write(text):
        script = tmp_path / "python"
        script.write_text(f"#!{sys.executable}\n{text}\n")
        script.chmod(0o755)
        monkeypatch.setattr(doctor_budget.sys, "executable", str(script))

    return write


def test_the_last_line_of_the_process_counts(stand_in):
    stand_in('print(\'noise\'); print(\'{"figures": {"ready_s": 1.5}, "reasons": {}, "waited_percent": null}\')')
    assert measure_in_process(App()) == Measured({"ready_s": 1.5}, {}, None)


def test_a_process_that_fails_is_told(stand_in):
    stand_in("import sys; sys.stderr.write('error: no model\\n'); sys.exit(1)")
    with pytest.raises(BudgetError, match=r"could not be measured; seen: no model\. `cabin doctor`"):
        measure_in_process(App())
