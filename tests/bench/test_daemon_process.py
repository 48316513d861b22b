"""A real daemon watched from outside."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cabin.audio.wav import read_sound
from cabin.bench.daemon_process import BenchDaemon, loosened
from cabin.bench.speech_feed import SpeechSocket, spoken
from cabin.config import load_budgets, load_config
from cabin.demo.script import RECORDINGS
from cabin.errors import BudgetError

WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))


def test_start_speech_figures_and_end(quick, short):
    environ, arguments = quick
    assert read_sound(RECORDINGS / "06-call.wav").samples.any()

    async def main():
        async with BenchDaemon(short, f"socket:{short}/sound", environ, arguments) as daemon:
            assert daemon.ready_s > 0
            assert (await daemon.status()).phase == "ready"
            before = daemon.figures()
            mouth = SpeechSocket(short / "sound")
            await mouth.open()
            await mouth.speak(spoken(RECORDINGS / "06-call.wav"), 8.0)
            assert await daemon.until(lambda: daemon.ended > 0, WAIT_S)
            assert await daemon.until_answered(WAIT_S)
            await mouth.close()
            after = daemon.figures()
            assert not await daemon.until(lambda: False, 0.05)
            pids = daemon.pids()
        assert not daemon.is_running
        return daemon, before, after, pids

    daemon, before, after, pids = asyncio.run(main())
    assert (daemon.ended, daemon.answered) == (1, 1)
    assert {"recognize", "parse", "total"} <= daemon.turns[0].keys()
    assert {"heard", "understood", "done"} <= {name for _, name, _ in daemon.events}
    assert set(after.processes) == {"main", "worker"}
    assert [int(each["pid"]) for each in after.processes.values()] == pids
    assert after.rss_mib > after.resident_mib > 30
    assert after.resident_mib == pytest.approx(sum(each["resident_mib"] for each in after.processes.values()), abs=0.1)
    assert after.processor_s >= before.processor_s > 0
    with pytest.raises(BudgetError, match="ended with status 0"):
        daemon.figures()


def test_one_that_does_not_start_is_told_with_its_last_words(quick, short):
    environ, arguments = quick

    async def main():
        async with BenchDaemon(short, "radio", environ, arguments):
            pass

    with pytest.raises(BudgetError, match="file:PATH"):
        asyncio.run(main())


def test_a_bench_that_is_killed_leaves_no_daemon(quick, short):
    environ, arguments = quick
    code = (
        "import asyncio, sys, os; from pathlib import Path; from cabin.bench.daemon_process import BenchDaemon\n"
        "async def main():\n"
        "    async with BenchDaemon(Path(sys.argv[1]), 'none', os.environ, sys.argv[2:]) as daemon:\n"
        "        print(*daemon.pids(), flush=True)\n"
        "        await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n"
    )
    bench = subprocess.Popen([sys.executable, "-c", code, str(short), *arguments], env=environ, stdout=subprocess.PIPE)
    pids = [int(pid) for pid in bench.stdout.readline().split()]
    assert len(pids) == 2
    bench.kill()
    bench.wait()
    deadline_s = time.monotonic() + WAIT_S
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_a_configuration_in_which_no_budget_holds(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "special.yaml").write_text("dialog: {undo_s: 77}\n", encoding="utf-8")
    (tmp_path / "mine" / "vehicle.yaml").write_text("interface: simulated\n", encoding="utf-8")
    environ = loosened({"CABIN_CONFIG": str(tmp_path / "mine" / "special.yaml"), "A": "b"}, tmp_path / "loose")
    assert (environ["A"], environ["CABIN_DAEMON_BUDGET"]) == ("b", "loose")
    config = load_config(tmp_path / "loose" / "cabin.yaml", environ).value
    assert (config.dialog.undo_s, config.daemon.budget) == (77, "loose")
    assert (tmp_path / "loose" / "vehicle.yaml").is_file()
    budgets = load_budgets(tmp_path / "loose" / "budgets" / "loose.yaml").value
    for step in (budgets.ladder.lean, budgets.ladder.essential, budgets.ladder.deaf, budgets.ladder.restart):
        assert (step.processor_percent, step.pressure_percent, step.stage_percent, step.cgroup_percent) == (None,) * 4
