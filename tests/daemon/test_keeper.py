"""Workers as real processes: started, replaced when they die, hang or are stopped, never by one that cannot load."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import time
from pathlib import Path

import pytest

from cabin.config.layers import load_config
from cabin.daemon.hearing_setup import HearingSetup
from cabin.daemon.keeper import Keeper, _starves
from cabin.daemon.letters import Failed, Parsed, ParseText
from cabin.daemon.processes import Standing
from cabin.daemon.settings import DaemonConfig
from cabin.errors import CabinError

WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))


@pytest.fixture
def setup(small_catalog_dir):
    environ = {**os.environ, "CABIN_LOAD_PLUGINS": ""}
    return HearingSetup(load_config(None, {}).value, environ, Path("none"), (small_catalog_dir,), hears=False)


async def until(holds, look=lambda: None):
    deadline_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline_s
        look()
        await asyncio.sleep(0.02)


def test_a_worker_is_replaced_whatever_happens_to_it_and_kept_when_another_cannot_be_loaded(setup):
    async def main():
        heard, lost = [], []
        config = DaemonConfig(answer_s=1.0)
        keeper = Keeper(config, lambda link, letter: heard.append(letter), lambda link, why: lost.append(why))
        assert keeper.state == "starting"
        await keeper.start(setup)
        first = keeper.ready
        assert keeper.state == "running"
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: keeper.ready not in (None, first))
        assert lost == ["it died"]
        assert (keeper.restarts, keeper.ready.generation) == (1, 2)

        second = keeper.ready
        os.kill(second.pid, signal.SIGSTOP)
        # looked again and again, as the daemon does: a process stops only when it is next let run
        await until(lambda: keeper.ready not in (None, second), lambda: keeper.look_after(time.monotonic()))
        assert lost[1] == "it was stopped"
        assert len(keeper.recoveries_s) == 2

        third = keeper.ready
        with pytest.raises(CabinError, match="catalog"):
            await keeper.change(dataclasses.replace(setup, catalogs=(Path("nowhere/at/all"),)))
        assert keeper.ready is third
        third._take(Failed("MemoryError", utterance=1))
        third._take(Failed("MemoryError", request=7))  # of a text
        keeper.look_after(time.monotonic())
        assert not third.why
        third.send(ParseText(1, "open the window"))
        await until(lambda: any(isinstance(letter, Parsed) for letter in heard))
        third._take(Failed("MemoryError", utterance=2))
        await until(lambda: keeper.ready not in (None, third), lambda: keeper.look_after(time.monotonic()))
        assert lost[2] == "it failed over 2 utterances in a row"
        fourth = keeper.ready
        await keeper.end()
        assert keeper.state == "stopped"
        assert fourth.gone.is_set()

    asyncio.run(main())


def test_a_worker_that_cannot_be_loaded_at_the_start_says_why(setup):
    async def main():
        keeper = Keeper(DaemonConfig(), lambda *_: None, lambda *_: None)
        with pytest.raises(CabinError, match="catalog"):
            await keeper.start(dataclasses.replace(setup, catalogs=(Path("nowhere/at/all"),)))
        await keeper.end()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("state", "took_s", "waited_s", "starves"),
    [
        ("runs", 0.1, 2.0, True),
        ("runs", 1.9, 2.0, False),
        ("waits", 0.0, 2.0, False),
        ("runs", 0.1, 9.0, False),
    ],
)
def test_who_starves_and_who_hangs(state, took_s, waited_s, starves):
    assert _starves(Standing(state, 5.0 + took_s), 5.0, waited_s, allowed_s=1.0) == starves
