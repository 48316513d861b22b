"""`cabin bench daemon`: figures beside what is asked for."""

from __future__ import annotations

import json

import pytest

from cabin.bench import daemon_bench
from cabin.cli.main import main

MEASURED = {
    "figures": {"ready_s": 1.5, "endpoint_to_signal_p50_ms": 20.0, "speech_to_signal_p95_ms": 700.0},
    "details": {"source": "file", "idle_percent": {"main": 0.5}, "waited_percent": 55.0},
}


@pytest.fixture
def plans(monkeypatch):
    made = []

    async def measure(plan, tell):
        made.append(plan)
        tell("measuring start ...")
        return MEASURED

    monkeypatch.setattr(daemon_bench, "measure_daemon", measure)
    return made


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["bench", "daemon", *arguments])
    return caught.value.code


def test_a_table_with_verdicts(plans, capsys):
    assert run("--part", "start", "--source", "file", "--starts", "3", "--silence", "9") == 0
    out, err = capsys.readouterr()
    assert "ready_s\t1.5\t2.5\t1.2\tmet\tstart to READY, median" in out
    assert "\taim\t" in out
    assert "speech_to_signal_p95_ms\t700\t\t\t\t" in out
    assert "idle_percent\tmain 0.5" in out
    assert "55 %" in out
    assert err == "measuring start ...\n"
    (plan,) = plans
    assert (plan.parts, plan.source, plan.starts, plan.silence_s) == (("start",), "file", 3, 9)


def test_json(plans, capsys):
    assert run("--json") == 0
    assert json.loads(capsys.readouterr().out) == {"bench": "daemon", **MEASURED}
    assert plans[0].parts == daemon_bench.PARTS


def test_what_is_no_part(plans, capsys):
    assert run("--part", "stop") == 2
    assert "start" in capsys.readouterr().err
