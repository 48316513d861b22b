from __future__ import annotations

import threading

import pytest

from cabin.cli.watch import event_text
from cabin.control.protocol import EventMessage

DONE = ("done", {"intent": "window.open", "reply": "Opening."}, ["reply"])


@pytest.fixture
def once_watched(monkeypatch):
    """Do something, on another thread, as soon as a client of this process watches."""
    from cabin.control.client import CabinClient

    def once_watched(action):
        watch = CabinClient.watch

        async def watching(self, events=()):
            async for event in watch(self, events):
                if event.event == "hello":
                    threading.Thread(target=action).start()
                yield event

        monkeypatch.setattr(CabinClient, "watch", watching)

    return once_watched


def test_events_until_there_were_enough(cabin, live, once_watched):
    feed = live().target._feed
    once_watched(lambda: [feed.publish(*event) for event in (("heard", {}, []), DONE, DONE)])
    code, told, _ = cabin("watch", "done", "--count", "2", "--json", small=False)
    assert code == 0
    assert [each["event"] for each in told] == ["hello", "done", "done"]
    assert told[1]["data"] == {"intent": "window.open"}


def test_until_the_daemon_stops(cabin, live, once_watched):
    daemon = live()
    once_watched(lambda: daemon.loop.call_soon_threadsafe(daemon.target.stopped.set))
    code, out, _ = cabin("watch", small=False)
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == ["hello", "stopping"]


def test_an_event_on_one_line():
    event = EventMessage("done", 1_765_000_007_250.0, {"n": 5, "text": "a b", "x": {"y": [1, True]}, "none": None})
    text = event_text(event)
    assert text.split(".", 1)[1] == '250 done  n=5 text="a b" x={y=[1, true]}'
    assert "\n" not in event_text(EventMessage("done", 0.0, {"text": "a\nb\x1b[31m"}))
    assert event_text(EventMessage("stopping", 0.0)).endswith(" stopping")
