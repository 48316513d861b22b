"""The status that `cabin status` and the metrics are made of."""

from __future__ import annotations

import asyncio
import os

import pytest

from cabin.cli.app import App
from cabin.control.metrics import metrics_of, openmetrics
from cabin.daemon.daemon import Daemon
from cabin.daemon.notify import Notifier
from cabin.daemon.options import RunOptions
from cabin.daemon.target import DaemonTarget
from cabin.errors import BudgetError, SoundError


@pytest.fixture
def app(tmp_path):
    made = App()
    (tmp_path / "cabin.yaml").write_text("daemon: {source: none}\n", encoding="utf-8")
    made.environ |= {"CABIN_CONFIG": str(tmp_path / "cabin.yaml"), "CABIN_LOAD_PLUGINS": ""}
    return made


def test_before_anything_is_loaded(app):
    async def main():
        daemon = Daemon(app, RunOptions(), Notifier({}))
        target = DaemonTarget(daemon)
        status = await target.status()
        assert (status.pid, status.phase, status.step) == (os.getpid(), "starting", "normal")
        assert status.memory.resident_mib > 1
        assert status.memory.limit_mib == daemon.ladder.budgets.resident_mib
        assert status.workers[0].state == "starting"
        assert status.microphone.state == "none"
        assert "cabin_worker_up" in openmetrics(metrics_of(status))
        with pytest.raises(SoundError):
            await target.talk(1.0)
        with pytest.raises(BudgetError):
            await target.say("open the window", "ask")
        with pytest.raises(BudgetError):
            await target.reload()
        assert await target.cancel() == 0
        assert await target.explain(1) == ()
        await target.stop()
        assert daemon._stopped.is_set()

    asyncio.run(main())
