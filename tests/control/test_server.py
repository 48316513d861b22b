"""Requests, rights and events over real sockets; every limit of the server; hostile clients beside a good one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabin.control.peers import Access, Peer
from cabin.control.server import Timeouts, serving
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError, ControlError, Problem, SoundError, VehicleTimeoutError

EVERYDAY = ["admin", "command", "talk", "watch"]
STATUS = {"request": "status"}
SAY = {"request": "say", "text": "open the window"}
GENEROUS = ControlConfig(requests_per_s=10_000, burst=10_000)


def as_peer(*lists, uid=4321, groups=(), **config):
    """Options of a daemon to which every client is this peer."""
    return {
        "config": ControlConfig(**config),
        "who": lambda _connection: Peer(uid, frozenset(groups), 77),
    }


def test_hello_and_every_request(daemon):
    served = daemon()
    client = served.raw()
    hello = client.line()
    assert (hello["v"], hello["event"], hello["data"]["protocols"], hello["data"]["rights"]) == (
        1,
        "hello",
        [1],
        EVERYDAY,
    )
    status = client.answer({"id": 1, **STATUS})
    assert (status["id"], status["ok"], status["result"]["phase"]) == (1, True, "ready")
    assert status["result"]["counts"] == {"heard": 3}
    assert (status["result"]["clients"]["connected"], status["result"]["clients"]["requests"]) == (1, 1)
    metrics = client.answer({"id": "m", "request": "metrics"})["result"]
    assert metrics["text"].endswith("# EOF\n")
    assert "openmetrics" in metrics["content_type"]
    assert client.answer({"request": "watch"})["result"] == {"transcripts": False}
    said = client.answer({**SAY, "confirm": "yes"})["result"]
    assert (said["text"], said["reply"]) == ("open the window", "Right.")
    assert client.answer({"request": "cancel"})["result"] == {"cancelled": 2}
    assert client.answer({"request": "reload"})["result"] == {"reloaded": ["configuration"]}
    assert client.answer({"request": "talk", "seconds": 2})["ok"]
    assert client.answer({"request": "stop"})["result"] == {}
    assert served.target.asked == [("say", "open the window", "yes"), ("reload",), ("talk", 2.0), ("stop",)]


def test_events_to_those_who_watch_and_only_the_ones_wanted(daemon):
    served = daemon()
    every, some, none = served.connect(), served.connect(), served.connect()
    every.answer({"request": "watch"})
    some.answer({"request": "watch", "events": ["done"]})
    served.publish("heard", {"n": 1})
    served.publish("done", {"n": 2})
    assert [every.line()["data"] for _ in range(2)] == [{"n": 1}, {"n": 2}]
    assert some.line() == {"v": 1, "event": "done", "at_ms": 1000.0, "data": {"n": 2}}
    assert none.answer(STATUS)["ok"]


@pytest.mark.parametrize("shares", [False, True])
def test_what_was_said_is_for_those_with_the_right(daemon, shares):
    served = daemon(config=ControlConfig(transcripts=("self",) if shares else ()))
    client = served.connect()
    assert client.answer({"request": "watch"})["result"] == {"transcripts": shares}
    served.publish("heard", {"text": "call my lawyer", "by": "talk"}, ["text"])
    assert ("text" in client.line()["data"]) is shares
    told = client.answer({"request": "talk"})["result"]
    assert (told["text"], told["transcript"]) == (("open the window",) * 2 if shares else ("", None))
    assert client.answer(SAY)["result"]["text"] == "open the window"
    assert client.answer(STATUS)["result"]["privacy"]["transcripts_shared"] is shares


@pytest.mark.parametrize(
    ("right", "may"),
    [
        ("watch", {"status", "metrics", "watch", "explain"}),
        ("talk", {"talk", "cancel"}),
        ("command", {"say", "cancel"}),
        ("admin", {"reload", "stop"}),
        ("transcripts", set()),
    ],
)
def test_each_right_allows_its_requests_and_nothing_else(daemon, right, may):
    served = daemon(**as_peer(**{right: ("uid:4321",)}))
    client = served.connect()
    messages = [
        {"request": name} for name in ("status", "metrics", "watch", "explain", "talk", "cancel", "reload", "stop")
    ]
    codes = {each["request"]: client.code(each) for each in [*messages, SAY]}
    assert {name for name, code in codes.items() if code == "ok"} == may
    assert set(codes.values()) <= {"ok", "forbidden"}
    assert {asked[0] for asked in served.target.asked} == may & {"say", "talk", "reload", "stop"}


def test_who_has_no_right_is_sent_away_at_once(daemon):
    served = daemon(**as_peer())
    (told,) = served.raw().rest()
    assert told["error"]["code"] == "forbidden"
    assert "4321" in told["error"]["problems"][0]["where"]
    assert served.server.counts.refused == 1


def test_credentials_that_cannot_be_read(daemon):
    def who(_connection):
        raise OSError("gone")

    (told,) = daemon(who=who).raw().rest()
    assert told["error"]["code"] == "forbidden"


def ask_as(path, uid):
    """Connect and ask for status in a child with another user, if this one may become one; return what came back."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(20)
                client.connect(str(path))
                with contextlib.suppress(BrokenPipeError):  # sent away already: the reason can still be read
                    client.sendall(b'{"v":1,"request":"status"}\n')
                    client.shutdown(socket.SHUT_WR)
                while data := client.recv(65536):
                    os.write(write, data)
        except OSError as error:
            os.write(write, f"{type(error).__name__}".encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize("lets_in", [False, True])
def test_a_real_second_user(daemon, lets_in):
    """A user who is not root cannot become another: there the daemon takes itself for another instead."""
    is_root = os.geteuid() == 0
    stranger = 54321 if is_root else os.geteuid()
    config = ControlConfig(watch=(f"uid:{stranger}",) if lets_in else ())
    access = Access(config, own_uid=None if is_root else stranger + 1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        served = type(daemon())(Path(folder) / "s", None, config, access=access)
        try:
            told = ask_as(served.path, stranger)
        finally:
            served.close()
    assert ("forbidden" in told) is not lets_in
    assert ('"phase":"ready"' in told) is lets_in


def test_the_file_keeps_others_out_when_nobody_else_is_listed(tmp_path):
    async def run():
        async with serving(Quiet(), ControlConfig(socket=tmp_path / "own"), {}):
            own = (tmp_path / "own").stat().st_mode & 0o777
        async with serving(Quiet(), ControlConfig(socket=tmp_path / "all", watch=("everyone",)), {}):
            return own, (tmp_path / "all").stat().st_mode & 0o777

    assert asyncio.run(run()) == (0o600, 0o666)
    assert [each.name for each in tmp_path.iterdir() if each.suffix != ".lock"] == []


def test_two_on_one_socket(tmp_path):
    async def run():
        config = ControlConfig(socket=tmp_path / "s")
        async with serving(Quiet(), config, {}):
            with pytest.raises(ControlError, match="another daemon"):
                async with serving(Quiet(), config, {}):
                    pass

    asyncio.run(run())


class Quiet:
    async def events(self):
        await asyncio.Event().wait()
        yield


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (SoundError(Problem("no microphone", hint="Plug one in.")), "failed", "no microphone"),
        (VehicleTimeoutError(Problem("the car is slow")), "failed", "the car is slow"),
        (ConfigError([Problem("a"), Problem("b", "f:3")]), "wrong-configuration", "f:3"),
        (RuntimeError("secret detail"), "internal", "'say' failed"),
    ],
)
def test_what_goes_wrong_behind_is_told_and_survived(daemon, fault, code, told):
    served = daemon()
    served.target.fault = fault
    client = served.connect()
    answer = client.answer({"id": 5, **SAY})
    assert (answer["id"], answer["error"]["code"]) == (5, code)
    assert told in str(answer["error"]["problems"])
    assert "secret" not in str(answer)
    served.target.fault = None
    assert client.answer(SAY)["ok"]


def test_a_target_that_hangs_is_told_in_time_and_what_was_not_begun_dropped(daemon):
    served = daemon(timeouts=Timeouts(quick_s=0.1, turn_s=0.1, reload_s=0.1))
    served.target.hold = served.do(asyncio.Event)
    client = served.connect()
    assert client.code(SAY) == "timeout"
    assert served.target.cancelled == ["open the window"]
    assert client.code({"request": "reload"}) == "timeout"
    assert client.code(STATUS) == "ok"


def test_answers_come_as_they_are_ready_each_with_its_id(daemon):
    served = daemon()
    served.target.hold = served.do(asyncio.Event)
    client = served.connect()
    client.send({"id": 1, **SAY}, {"id": 2, **STATUS})
    assert client.line()["id"] == 2
    served.do(served.target.hold.set)
    assert client.line()["id"] == 1


def test_too_much_waiting_at_once_is_busy(daemon):
    served = daemon()
    served.target.hold = served.do(asyncio.Event)
    client = served.connect()
    codes = [client.send({"id": n, **SAY}) for n in range(9)] and client.line()["error"]["code"]
    assert codes == "busy"
    served.do(served.target.hold.set)
    assert sorted(client.line()["id"] for _ in range(8)) == list(range(8))


def test_who_goes_takes_along_what_was_asked_but_not_stop_and_reload(daemon):
    served = daemon()
    served.target.hold = served.do(asyncio.Event)
    client = served.connect()
    client.send({"request": "talk"}, {"request": "reload"})
    served.until(lambda: ("talk", 8.0) in served.target.asked)
    client.close()
    served.until(lambda: served.target.cancelled == ["open the window"])
    served.do(served.target.hold.set)
    served.until(lambda: ("reload",) in served.target.asked)
    assert served.connect().answer(STATUS)["ok"]


def test_more_requests_than_allowed_are_told_when_to_come_again(daemon):
    served = daemon(config=ControlConfig(requests_per_s=20, burst=5))
    client = served.connect()
    for n in range(8):
        client.send({"id": n, **STATUS})
    told = [client.line() for _ in range(8)]
    limited = [each for each in told if not each["ok"]]
    assert {each["error"]["code"] for each in limited} == {"rate-limited"}
    assert all(each["id"] is not None and each["error"]["retry_after_ms"] > 0 for each in limited)
    assert sum(each["ok"] for each in told) >= 4


def test_new_connections_do_not_renew_what_a_user_may(daemon):
    served = daemon(config=ControlConfig(requests_per_s=0.1, burst=4))
    codes = []
    for _ in range(8):
        first = served.raw().line()
        codes.append(first.get("event") or first["error"]["code"])
    assert codes == ["hello"] * 4 + ["rate-limited"] * 4


def test_two_hundred_clients(daemon):
    served = daemon(config=GENEROUS)
    clients = [served.raw() for _ in range(200)]
    firsts = [client.line() for client in clients]
    let_in = [client for client, first in zip(clients, firsts, strict=True) if first.get("event") == "hello"]
    refused = [first["error"]["code"] for first in firsts if "error" in first]
    assert (len(let_in), set(refused), len(refused)) == (16, {"too-many-clients"}, 184)
    assert all(client.answer(STATUS)["ok"] for client in let_in)
    for client in clients:
        client.close()
    served.until(lambda: not served.server._sessions)
    assert served.connect().answer(STATUS)["result"]["clients"]["refused"] == 184


def test_one_user_does_not_keep_the_others_out(daemon):
    uids = iter([5] * 6 + [6])
    config = ControlConfig(watch=("everyone",), max_clients=8, max_clients_of_user=4)
    served = daemon(config=config, who=lambda _connection: Peer(next(uids), frozenset()))
    firsts = [served.raw().line() for _ in range(7)]
    assert [first.get("event", "refused") for first in firsts] == ["hello"] * 4 + ["refused"] * 2 + ["hello"]


def test_clients_that_are_refused_do_not_flood_those_who_watch(daemon):
    uids = iter([0, *[7] * 300, 0])
    served = daemon(config=GENEROUS, who=lambda _connection: Peer(next(uids), frozenset()))
    watcher = served.connect()
    watcher.answer({"request": "watch", "events": ["client-refused", "done"]})
    for _ in range(300):
        served.raw().close()
    served.until(lambda: served.server.counts.refused == 300)
    served.publish("done")
    told = []
    while (event := watcher.line())["event"] != "done":
        told.append(event)
    assert 1 <= len(told) < 100
    assert told[0]["data"] == {"why": "forbidden", "uid": 7, "pid": 0}


def test_the_end_is_told_and_every_connection_closed(daemon):
    served = daemon()
    watcher, other = served.connect(), served.connect()
    watcher.answer({"request": "watch"})
    served.run(served.server.close())
    assert [event["event"] for event in watcher.rest()] == ["stopping"]
    assert other.rest() == []


def test_whoever_asks_to_stop_gets_the_answer(daemon):
    served = daemon()

    async def stop():
        closing.append(asyncio.get_running_loop().create_task(served.server.close()))

    closing = []
    served.target.stop = stop
    client = served.connect()
    assert client.answer({"id": 9, "request": "stop"}) == {"v": 1, "id": 9, "ok": True, "result": {}}
    assert client.rest() == []


def test_an_event_that_cannot_be_told_costs_only_those_who_watch(daemon):
    served = daemon()
    watcher, other = served.connect(), served.connect()
    watcher.answer({"request": "watch"})
    served.publish("done", {"x": Unreadable()})
    assert watcher.rest() == []
    assert other.answer(STATUS)["ok"]


class Unreadable:
    def __str__(self):
        raise RuntimeError("no text")


LINES = [
    b'{"v":1,"request":"status"}',
    b'{"v":1,"id":1,"request":"watch"}',
    b'{"v":1,"request":"say","text":"\\u0000"}',
    b'{"v":1,"request":"cancel"}',
    b"[" * 3000,
    b'{"v":',
    b"\x00" * 50,
]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    chunks=st.lists(st.binary(max_size=60) | st.sampled_from(LINES) | st.just(b"\n"), max_size=12),
    how=st.sampled_from(["close", "half", "reset"]),
)
def test_no_bytes_keep_the_others_from_their_answers(stormy, chunks, how):
    served, good = stormy
    client = served.raw()
    try:
        for chunk in chunks:
            client.socket.sendall(chunk)
        if how == "half":
            client.socket.shutdown(socket.SHUT_WR)
            client.socket.recv(100)
    except OSError:
        pass  # sent away already
    client.close()
    assert good.answer(STATUS)["ok"]


@pytest.fixture(scope="module")
def stormy(tmp_path_factory):
    from tests.control.conftest import Daemon

    served = Daemon(tmp_path_factory.mktemp("stormy") / "s", None, GENEROUS)
    faults = []
    served.do(served.loop.set_exception_handler, lambda _loop, context: faults.append(context))
    yield served, served.connect()
    served.close()
    assert faults == []


def test_many_at_once_all_get_their_answers(daemon):
    served = daemon(config=GENEROUS)
    told = []

    def ask():
        client = served.connect()
        told.extend(client.answer({"id": n, **STATUS})["id"] for n in range(12))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == sorted(list(range(12)) * 8)
