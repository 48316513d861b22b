from __future__ import annotations

import asyncio
import threading

from cabin.control.feed import EventFeed


def test_events_of_other_threads_come_in_order_and_end_at_the_end():
    async def run():
        feed = EventFeed(now_s=lambda: 5.0)
        feed.publish("early", {"n": 0})

        def publish():
            for n in range(50):
                feed.publish("done", {"n": n}, ["n"])
            feed.close()
            feed.publish("late")

        thread = threading.Thread(target=publish)
        told = []
        async for event in feed.events():
            if not told:
                thread.start()
            told.append(event)
        thread.join()
        return told

    told = asyncio.run(run())
    assert [event.name for event in told] == ["early", *["done"] * 50]
    assert [event.data["n"] for event in told[1:]] == list(range(50))
    assert (told[1].at_ms, told[1].private) == (5000.0, {"n"})


def test_the_oldest_are_forgotten_and_counted():
    async def run():
        feed = EventFeed(capacity=3)
        for n in range(10):
            feed.publish("done", {"n": n})
        feed.close()
        return [(event.name, dict(event.data)) async for event in feed.events()]

    told = asyncio.run(run())
    assert told == [("events-lost", {"count": 7}), *[("done", {"n": n}) for n in (7, 8, 9)]]


def test_publishing_to_a_loop_that_is_gone():
    feed = EventFeed()

    async def run():
        feed.publish("a")
        events = feed.events()
        assert (await anext(events)).name == "a"
        await events.aclose()

    asyncio.run(run())
    feed.publish("b")
    feed.close()
