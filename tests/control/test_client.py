from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest

from cabin.control.client import CabinClient
from cabin.control.peers import Peer
from cabin.control.settings import ControlConfig
from cabin.errors import BudgetError, ConfigError, ControlError, Problem, UsageError


def run(path, ask, **options):
    async def asked():
        async with CabinClient(path, **options) as client:
            return await ask(client)

    return asyncio.run(asked())


def test_every_request(daemon):
    served = daemon()

    async def ask(client):
        assert client.hello.rights == ("admin", "command", "talk", "watch")
        status = await client.status()
        assert (status.phase, status.counts, status.clients.connected) == ("ready", {"heard": 3}, 1)
        assert (await client.metrics()).endswith("# EOF\n")
        assert (await client.say("öffne", "yes")).text == "öffne"
        assert (await client.talk(1)).heard
        assert await client.cancel() == 2
        assert await client.reload() == ("configuration",)
        await client.stop()

    run(served.path, ask)
    assert [each[0] for each in served.target.asked] == ["say", "talk", "reload", "stop"]


def test_requests_at_the_same_time(daemon):
    served = daemon()
    served.target.hold = served.do(asyncio.Event)

    async def ask(client):
        turn = asyncio.create_task(client.say("hello"))
        assert await client.cancel() == 2
        assert not turn.done()
        served.loop.call_soon_threadsafe(served.target.hold.set)
        return (await turn).text

    assert run(served.path, ask) == "hello"


def test_watching_until_the_daemon_stops(daemon):
    served = daemon()

    async def watch():
        told = []
        async for event in CabinClient(served.path).watch(["done", "stopping"]):
            told.append((event.event, event.data.get("n")))
            if event.event == "hello":
                served.publish("heard", {"n": 1})
                served.publish("done", {"n": 2})
                asyncio.run_coroutine_threadsafe(served.server.close(), served.loop)
        return told

    assert asyncio.run(watch()) == [("hello", None), ("done", 2), ("stopping", None)]


def test_leaving_a_watch_closes_its_connection(daemon):
    served = daemon()

    async def watch():
        events = CabinClient(served.path).watch()
        assert (await anext(events)).event == "hello"
        await events.aclose()

    asyncio.run(watch())
    served.until(lambda: not served.server._sessions)


def test_no_daemon_is_told_with_what_to_do(tmp_path):
    with pytest.raises(ControlError, match="no daemon runs") as caught:
        run(tmp_path / "none.sock", lambda client: client.status())
    assert "cabin run" in str(caught.value)
    (tmp_path / "file.sock").write_text("")
    with pytest.raises(ControlError, match="no daemon runs"):
        run(tmp_path / "file.sock", lambda client: client.status())


def test_the_first_place_where_one_lives(daemon, tmp_path):
    served = daemon()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "no"), "HOME": "/none", "CABIN_CACHE": str(tmp_path)}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "control.sock").symlink_to(served.path)
    assert run(None, lambda client: client.status(), environ=environ).phase == "ready"
    assert run(None, lambda client: client.status(), config=ControlConfig(socket=served.path)).phase == "ready"


def test_what_the_daemon_refuses_is_raised(daemon):
    served = daemon(config=ControlConfig(watch=("uid:5",)), who=lambda _connection: Peer(next(uids), frozenset()))
    uids = iter([5, 6])

    async def ask(client):
        with pytest.raises(ControlError) as caught:
            await client.say("hello")
        return caught.value.code

    assert run(served.path, ask) == "forbidden"
    with pytest.raises(ControlError, match="no rights") as caught:
        run(served.path, lambda client: client.status())
    assert caught.value.code == "forbidden"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (ConfigError([Problem("a", "f:1"), Problem("b")]), ConfigError, None),
        (BudgetError(Problem("busy", hint="Wait.")), ControlError, "failed"),
        (ZeroDivisionError(), ControlError, "internal"),
    ],
)
def test_errors_behind_the_socket_keep_their_problems(daemon, fault, kind, code):
    served = daemon()
    served.target.fault = fault
    with pytest.raises(kind) as caught:
        run(served.path, lambda client: client.reload())
    assert getattr(caught.value, "code", None) == code
    if isinstance(fault, ConfigError | BudgetError):
        assert caught.value.problems == fault.problems


@pytest.mark.parametrize("text", ["", "x" * 401])
def test_a_text_that_is_none_is_not_sent(daemon, text):
    served = daemon()
    with pytest.raises(UsageError):
        run(served.path, lambda client: client.say(text))
    assert served.target.asked == []


def test_a_daemon_that_goes_while_something_is_asked(daemon):
    served = daemon()
    served.target.hold = served.do(asyncio.Event)

    async def ask(client):
        turn = asyncio.create_task(client.say("hello"))
        while not served.target.asked:
            await asyncio.sleep(0.01)
        for session in list(served.server._sessions):
            served.loop.call_soon_threadsafe(session.abort)
        with pytest.raises(ControlError, match="closed the connection"):
            await turn
        with pytest.raises(ControlError, match="closed the connection"):
            await client.status()

    run(served.path, ask)


def test_a_watch_that_breaks(daemon):
    served = daemon()

    async def watch():
        async for _ in CabinClient(served.path).watch():
            for session in list(served.server._sessions):
                served.loop.call_soon_threadsafe(session.abort)

    with pytest.raises(ControlError, match="closed the connection"):
        asyncio.run(watch())


def test_not_connected():
    with pytest.raises(ControlError, match="not connected"):
        asyncio.run(CabinClient(Path("x")).status())


class Impostor:
    """Something else that listens, and says `lines` to whoever connects."""

    def __init__(self, path, *lines):
        self.path, self.lines = path, lines

    def __enter__(self):
        started = threading.Event()

        async def serve():
            async def say(reader, writer):
                for line in self.lines:
                    writer.write(line + b"\n")
                await writer.drain()
                await reader.read()

            self.end = asyncio.Event()
            self.loop = asyncio.get_running_loop()
            async with await asyncio.start_unix_server(say, str(self.path)):
                started.set()
                await self.end.wait()

        self.thread = threading.Thread(target=asyncio.run, args=(serve(),))
        self.thread.start()
        started.wait(20)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(20)


HELLO = json.dumps(
    {
        "v": 1,
        "event": "hello",
        "at_ms": 1,
        "data": {"version": "9", "protocols": [1, 2], "rights": [], "max_line_bytes": 9, "new": 1},
    }
).encode()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((b"HTTP/1.1 400 Bad Request",), "is none"),
        ((b'{"v":1,"event":"hello","at_ms":1,"data":{}}',), "missing"),
        ((), "does not answer"),
        ((HELLO,), "no answer to 'status'"),
        ((HELLO, b'{"v":1,"id":1,"ok":true,"result":{}}'), "missing"),
        ((HELLO, b"{"), "is none"),
    ],
)
def test_who_is_no_cabin_daemon(tmp_path, lines, told):
    with Impostor(tmp_path / "s", *lines), pytest.raises(ControlError, match=told):
        run(tmp_path / "s", lambda client: client.status(), timeout_s=0.5)


def test_a_crowd_gets_through_a_full_backlog(daemon):
    served = daemon(
        config=ControlConfig(requests_per_s=10_000, burst=10_000, max_clients=1024, max_clients_of_user=1024)
    )

    async def crowd():
        async def one():
            async with CabinClient(served.path, timeout_s=60) as client:
                return (await client.status()).phase

        return await asyncio.gather(*(one() for _ in range(200)))

    assert asyncio.run(crowd()) == ["ready"] * 200
