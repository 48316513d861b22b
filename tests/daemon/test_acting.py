"""The acting thread: one after the other, carried through, and never waited for longer than said."""

from __future__ import annotations

import asyncio
import threading

import pytest

from cabin.daemon.acting import Actor


def test_jobs_are_done_in_order_on_one_thread_and_what_they_raise_is_handed_on():
    async def main():
        actor, order = Actor(), []

        def job(number):
            order.append((number, threading.current_thread().name))
            if number == 1:
                raise ValueError("one")
            return number

        came = await asyncio.gather(*(actor.do(lambda n=n: job(n)) for n in range(3)), return_exceptions=True)
        assert [str(each) for each in came] == ["0", "one", "2"]
        assert order == [(n, "cabin-actor") for n in range(3)]
        assert await actor.end(5.0)

    asyncio.run(main())


def test_a_job_that_was_begun_is_carried_through_and_one_that_waits_is_not_begun():
    async def main():
        actor, go, begun, done = Actor(), threading.Event(), threading.Event(), []

        def first():
            begun.set()
            go.wait(30)
            done.append("first")

        running = asyncio.ensure_future(actor.do(first))
        waiting = asyncio.ensure_future(actor.do(lambda: done.append("second")))
        await asyncio.to_thread(begun.wait, 30)
        assert actor.busy_since_s is not None
        running.cancel()
        waiting.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        go.set()
        assert await actor.end(30.0)
        assert done == ["first"]

    asyncio.run(main())


def test_a_job_that_hangs_is_left_behind():
    async def main():
        actor, go = Actor(), threading.Event()
        job = asyncio.ensure_future(actor.do(lambda: go.wait(30)))
        await asyncio.sleep(0.05)
        assert not await actor.end(0.05)
        go.set()
        await job

    asyncio.run(main())


def test_the_error_of_a_job_is_raised_where_it_was_asked():
    async def main():
        actor = Actor()
        with pytest.raises(ZeroDivisionError):
            await actor.do(lambda: 1 // 0)
        await actor.end(5.0)

    asyncio.run(main())
