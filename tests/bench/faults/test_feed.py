from __future__ import annotations

import json
import socket
import time

import pytest

from cabin.bench.faults.feed import Feed


@pytest.fixture
def daemon(tmp_path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(tmp_path / "s"))
    listener.listen(4)
    listener.settimeout(60)
    with listener:
        yield listener


def tell(client, *names):
    client.sendall(b"".join(json.dumps({"event": name, "data": {"why": name}}).encode() + b"\n" for name in names))


def test_events_are_kept_and_followed_over_a_new_connection(daemon, tmp_path):
    feed = Feed(tmp_path / "s")
    try:
        begun_s = time.monotonic()
        client, _ = daemon.accept()
        assert b'"watch"' in client.recv(1000)
        tell(client, "done", "dropped")
        assert feed.wait(begun_s, "dropped", 60.0).data == {"why": "dropped"}
        client.close()
        client, _ = daemon.accept()
        client.recv(1000)
        tell(client, "ready")
        assert feed.wait(begun_s, "ready", 60.0)
        assert [told.name for told in feed.since(begun_s)] == ["done", "dropped", "ready"]
        assert feed.since(begun_s, "done", why="dro") == []
        assert feed.wait(time.monotonic(), "done", 0.01) is None
    finally:
        feed.close()


def test_waiting_until_something_holds(daemon, tmp_path):
    feed = Feed(tmp_path / "s")
    seen = iter([False, False, True])
    assert feed.wait_until(lambda: next(seen), 60.0)
    assert not feed.wait_until(lambda: False, 0.01)
    feed.close()
