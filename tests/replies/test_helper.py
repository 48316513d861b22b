"""A helper process: started, spoken to, ended, killed; nothing of it stays, and it dies with the daemon."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cabin.replies.helper import Helper

WAIT_S = 20.0
ECHO = "reply_echo"


class Seen:
    def __init__(self):
        self.heard, self.why = [], asyncio.get_running_loop().create_future()
        self.helper = Helper(lambda message, body: self.heard.append((message, body)), self.why.set_result)

    async def start(self):
        await self.helper.start(ECHO, {"word": "hello"}, os.environ)
        await self.until(lambda: self.heard)
        return self.heard.pop(0)

    async def until(self, done):
        async with asyncio.timeout(WAIT_S):
            while not done():
                await asyncio.sleep(0.01)

    async def gone(self):
        return await asyncio.wait_for(asyncio.shield(self.why), WAIT_S)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_is_told_and_answers():
    async def talk():
        seen = Seen()
        assert await seen.start() == ({"is": "hello", "word": "hello"}, b"")
        seen.helper.send({"do": "echo"}, b"sound" * 100_000)
        await seen.until(lambda: seen.heard)
        assert seen.heard == [({"do": "echo"}, b"sound" * 100_000)]
        pid = seen.helper.pid
        seen.helper.end()
        assert await seen.gone() == "asked to end"
        assert seen.helper.pid is None
        seen.helper.send({"do": "echo"})  # to nobody
        await seen.until(lambda: is_gone(pid))

    asyncio.run(talk())


@pytest.mark.parametrize(("hit", "why"), [("exit", "it ended"), ("nonsense", "it sent what is no message")])
def test_one_that_goes_or_talks_nonsense(hit, why):
    async def talk():
        seen = Seen()
        await seen.start()
        pid = seen.helper.pid
        seen.helper.send({"do": hit})
        assert await seen.gone() == why
        await seen.until(lambda: is_gone(pid))

    asyncio.run(talk())


def test_one_that_is_stopped_and_does_not_read_is_killed():
    async def talk():
        seen = Seen()
        await seen.start()
        pid = seen.helper.pid
        os.kill(pid, signal.SIGSTOP)
        for _ in range(40):
            seen.helper.send({"do": "echo"}, bytes(2**20))
        assert await seen.gone() == "it does not read what it is sent"
        await seen.until(lambda: is_gone(pid))

    asyncio.run(talk())


def test_no_signal_for_the_daemon_ends_it():
    async def talk():
        seen = Seen()
        await seen.start()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(seen.helper.pid, number)
        seen.helper.send({"do": "echo"})
        await seen.until(lambda: seen.heard)
        seen.helper.kill("enough")
        assert await seen.gone() == "enough"

    asyncio.run(talk())


def test_it_dies_with_the_daemon():
    code = f"""
import asyncio, os, signal
from cabin.replies.helper import Helper
async def main():
    heard = asyncio.Event()
    helper = Helper(lambda message, body: heard.set(), lambda why: None)
    await helper.start({ECHO!r}, {{"word": "x"}}, os.environ)
    await heard.wait()
    print(helper.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    root = Path(__file__).resolve().parents[2]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (root, Path(__file__).parent / "processes")))}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    deadline_s = time.monotonic() + WAIT_S
    while not is_gone(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
