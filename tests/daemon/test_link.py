"""One worker as a process: what it answers, and that one which sends nonsense is killed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from cabin.config.layers import load_config
from cabin.daemon.hearing_setup import HearingSetup
from cabin.daemon.letters import Loaded, Parsed, ParseText, Pong
from cabin.daemon.link import WorkerLink

WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))


def test_a_worker_answers_and_ends(small_catalog_dir):
    environ = {**os.environ, "CABIN_LOAD_PLUGINS": ""}
    config = load_config(None, {}).value
    setup = HearingSetup(config, environ, Path("none"), (small_catalog_dir,), hears=False)

    async def main():
        letters = asyncio.Queue()
        link = WorkerLink(1, lambda _link, letter: letters.put_nowait(letter))

        async def until(kind):
            while not isinstance(letter := await asyncio.wait_for(letters.get(), WAIT_S), kind):
                pass
            return letter

        await link.start(setup)
        link.ping(0.0)
        assert link.pinged_s is not None
        await until(Pong)
        assert link.pinged_s is None
        await until(Loaded)
        assert link.takes_more
        link.send(ParseText(5, "unlock the door"))
        assert (await until(Parsed)).parse.commands[0].intent == "door.unlock"
        pid = link.pid
        await link.end(WAIT_S)
        assert link.gone.is_set()
        assert link.pid is None
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.02)

    asyncio.run(main())


def test_a_worker_that_sends_nonsense_is_killed():
    async def main():
        link = WorkerLink(1, lambda _link, _letter: None)
        link.connection_made(Transport())
        link.data_received(b"\0\0\0\2\0\0\0\0{}")
        assert link.why == "it sent what is no letter"
        assert link._transport.aborted
        link.connection_lost(None)
        assert await link.loaded is False
        link.kill("again")
        assert link.why == "it sent what is no letter"

    class Transport(asyncio.Transport):
        aborted = False

        def set_write_buffer_limits(self, high=None, low=None):
            self.high = high

        def abort(self):
            self.aborted = True

        def is_closing(self):
            return self.aborted

    asyncio.run(main())
