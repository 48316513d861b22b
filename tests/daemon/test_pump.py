"""Sound on its way to the worker: seldom in silence, at once in speech, and what nobody took is told as lost."""

from __future__ import annotations

import asyncio
import contextlib
import os

import numpy as np
import pytest

from cabin.audio.capture_blocks import Block
from cabin.daemon.pump import Pump


class Source:
    def __init__(self):
        self.fd = os.eventfd(0, os.EFD_NONBLOCK)
        self.blocks = []

    def fileno(self):
        return self.fd

    def give(self, *blocks):
        self.blocks += blocks
        os.eventfd_write(self.fd, 1)

    def read(self, max_blocks):
        taken, self.blocks = self.blocks[:max_blocks], self.blocks[max_blocks:]
        if not self.blocks:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self.fd)
        return taken


class Link:
    def __init__(self, generation=1):
        self.generation, self.takes_more, self.sent = generation, True, []

    def send(self, letter, body):
        self.sent.append((letter, np.frombuffer(body, dtype=np.float32)))


def block(at_s, value=0.1, damaged=False, lost=0):
    return Block(np.full(512, value, dtype=np.float32), at_s, damaged, lost)


def run(work):
    async def main():
        source, state = Source(), {"link": Link(), "wanted": True}
        pump = Pump(source, lambda: state["link"], lambda: state["wanted"])
        pump.start()

        async def until(holds):
            for _ in range(2000):
                if holds():
                    return
                await asyncio.sleep(0.01)
            raise AssertionError

        await work(source, state, pump, until)
        pump.stop()

    asyncio.run(main())


def test_blocks_that_came_together_travel_together_with_their_time_and_losses():
    async def work(source, state, pump, until):
        source.give(block(10.0), block(10.032, 0.2, damaged=True, lost=100))
        await until(lambda: state["link"].sent)
        ((letter, samples),) = state["link"].sent
        assert (letter.number, letter.begun_s, letter.lost, letter.damaged) == (1, 10.0, 100, True)
        assert len(samples) == 1024
        assert not pump.is_drained
        pump.note_heard(False, 1)
        assert pump.is_drained
        assert samples[-1] == pytest.approx(0.2)

    run(work)


def test_in_silence_it_waits_and_in_speech_it_does_not(monkeypatch):
    monkeypatch.setattr("cabin.daemon.pump.SILENT_S", 3600.0)

    async def work(source, state, pump, until):
        source.give(block(10.0))
        await until(lambda: state["link"].sent)
        assert not pump._is_reading
        assert pump._timer is not None
        pump.note_heard(True)
        assert pump._is_reading
        source.give(block(10.1))
        await until(lambda: len(state["link"].sent) == 2)
        assert pump._is_reading

    run(work)


def test_what_no_worker_took_is_lost_for_it_and_forgotten_for_the_next():
    async def work(source, state, pump, until):
        state["link"].takes_more = False
        source.give(block(10.0))
        await until(lambda: pump.dropped == 1)
        state["link"].takes_more = True
        source.give(block(10.1))
        await until(lambda: state["link"].sent)
        first = state["link"]
        assert first.sent[0][0].lost in (0, 512)
        state["link"] = None
        source.give(block(10.2))
        await until(lambda: pump.dropped == 2)
        state["link"] = Link(2)
        source.give(block(10.3))
        await until(lambda: state["link"].sent)
        assert state["link"].sent[0][0].lost == 0

    run(work)


def test_what_is_not_wanted_is_read_and_thrown_away():
    async def work(source, state, pump, until):
        state["wanted"] = False
        source.give(block(10.0))
        await until(lambda: not source.blocks)
        assert (state["link"].sent, pump.dropped) == ([], 0)

    run(work)
