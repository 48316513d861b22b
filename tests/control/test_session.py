"""One connection's limits: what a client sends, how slowly, what it leaves unread, and how it goes."""

from __future__ import annotations

import asyncio
import socket

import pytest

from cabin.control.protocol import REQUESTS
from cabin.control.session import MAX_MISTAKES
from cabin.control.settings import ControlConfig

STATUS = {"request": "status"}
GENEROUS = {"requests_per_s": 10_000.0, "burst": 10_000}


@pytest.fixture
def served(daemon):
    def served(**config):
        return daemon(config=ControlConfig(**{**GENEROUS, **config}))

    return served


def error(message):
    return message["error"]["code"]


def test_a_line_in_pieces_and_many_lines_in_one(served):
    client = served().connect()
    for piece in (b'{"v":1,', b'"id":1,"requ', b'est":"status"}', b"\n"):
        client.send(piece)
    assert client.line()["id"] == 1
    client.send(b"".join(b'{"v":1,"id":%d,"request":"cancel"}\n' % n for n in range(5)))
    assert sorted(client.line()["id"] for _ in range(5)) == list(range(5))


def test_a_line_too_long_is_told_and_ends_it(served):
    daemon = served(max_line_bytes=1024)
    good, client = daemon.connect(), daemon.connect()
    padded = b'{"v":1,"request":"status"}'.ljust(1024) + b"\n"
    assert client.answer(padded)["ok"]
    client.send(b"x" * 1025)
    assert error(client.line()) == "too-long"
    assert client.rest() == []
    assert good.answer(STATUS)["result"]["clients"]["dropped"] == 1


def test_a_flood_without_a_newline(served):
    daemon = served()
    good, client = daemon.connect(), daemon.connect()
    with pytest.raises(OSError):
        while True:
            client.socket.sendall(b"x" * 65536)
    assert good.answer(STATUS)["ok"]


def test_a_line_that_is_never_ended(served):
    daemon = served(line_timeout_s=0.1)
    client = daemon.connect()
    client.send(b'{"v":1,"requ')
    assert error(client.line()) == "too-slow"
    assert client.rest() == []


def test_one_byte_at_a_time_does_not_buy_time(served):
    daemon = served(line_timeout_s=0.2)
    client = daemon.connect()

    def told():
        client.socket.setblocking(False)
        try:
            return client.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return None
        finally:
            client.socket.settimeout(20)

    sent = 0
    while told() is None and sent < 10_000:
        client.send(b" ")
        sent += 1
        daemon.run(asyncio.sleep(0.01))
    assert error(client.line()) == "too-slow"


def test_who_asks_nothing_makes_room(served):
    daemon = served(idle_timeout_s=0.1)
    idle = daemon.connect()
    assert error(idle.line()) == "too-slow"
    assert idle.rest() == []
    assert daemon.server.counts.dropped == 0


def test_who_watches_or_waits_may_be_silent(served):
    daemon = served(idle_timeout_s=0.1)
    daemon.target.hold = daemon.do(asyncio.Event)
    watcher, waiter, idle = daemon.connect(), daemon.connect(), daemon.connect()
    watcher.answer({"request": "watch"})
    waiter.send({"id": 1, "request": "talk"})
    assert idle.rest() != []  # sent away: at that time, the others could have been
    daemon.publish("done")
    assert watcher.line()["event"] == "done"
    daemon.do(daemon.target.hold.set)
    assert waiter.line()["id"] == 1


def test_lines_that_are_no_requests_are_told_until_it_is_enough(served):
    daemon = served()
    client = daemon.connect()
    client.send(b"nonsense\n" * (MAX_MISTAKES + 5))
    told = client.rest()
    assert [error(each) for each in told] == ["bad-json"] * MAX_MISTAKES
    assert daemon.server.counts.dropped == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\n", "bad-json"),
        (b"\n", "bad-json"),
        (b"[" * 10_000 + b"\n", "bad-json"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"\n", "bad-json"),
        (b'{"v":1,"request":"say","text":"\\ud83d"}\n', "bad-request"),
        (b'{"v":9,"request":"status"}\n', "wrong-version"),
        (b'{"v":1,"request":"shutdown"}\n', "unknown-request"),
    ],
)
def test_hostile_lines_are_answered_and_the_connection_lives(served, data, code):
    client = served().connect()
    assert error(client.answer(data)) == code
    assert client.answer(STATUS)["ok"]


def test_who_does_not_read_events_is_dropped_and_the_others_are_told(served):
    daemon = served(max_output_bytes=4096)
    slow, good = daemon.connect(receive_bytes=2048), daemon.connect()
    slow.answer({"request": "watch"})
    good.answer({"request": "watch", "events": ["client-dropped"]})
    while daemon.server.counts.dropped == 0:
        daemon.publish("done", {"text": "x" * 2000})
    event = good.line()
    assert (event["event"], event["data"]["why"]) == ("client-dropped", "it does not read what it is sent")
    assert good.answer(STATUS)["result"]["clients"]["connected"] == 1


def test_who_asks_and_never_reads_is_dropped(served):
    daemon = served(max_output_bytes=4096)
    greedy, good = daemon.connect(receive_bytes=2048), daemon.connect()
    with pytest.raises(OSError):
        while True:
            greedy.send({"request": "metrics"})
    assert good.answer(STATUS)["ok"]
    assert daemon.server.counts.dropped == 1


def test_who_is_sent_away_and_does_not_read_even_that_is_forgotten(served):
    daemon = served(max_output_bytes=16_777_216)
    stubborn = daemon.connect(receive_bytes=2048)
    stubborn.answer({"request": "watch"})
    for _ in range(100):
        daemon.publish("done", {"text": "x" * 5000})
    stubborn.send(b"nonsense\n" * MAX_MISTAKES)
    daemon.until(lambda: not daemon.server._sessions)


def test_asking_all_at_once_and_closing_the_writing_half(served):
    daemon = served()
    daemon.target.hold = daemon.do(asyncio.Event)
    client = daemon.connect()
    client.send({"id": 1, "request": "say", "text": "hello"}, {"id": 2, "request": "status"})
    client.socket.shutdown(socket.SHUT_WR)
    assert client.line()["id"] == 2
    daemon.do(daemon.target.hold.set)
    assert [each["id"] for each in client.rest()] == [1]


def test_watching_with_the_writing_half_closed(served):
    daemon = served()
    client = daemon.connect()
    client.send({"request": "watch"})
    client.socket.shutdown(socket.SHUT_WR)
    assert client.line()["ok"]
    daemon.publish("done")
    assert client.line()["event"] == "done"
    client.close()
    daemon.until(lambda: not daemon.server._sessions)


def test_who_hangs_up_lets_the_microphone_go(served):
    daemon = served()
    daemon.target.hold = daemon.do(asyncio.Event)
    client = daemon.connect()
    client.send({"request": "talk"})
    daemon.until(lambda: daemon.target.asked != [])
    client.close()
    daemon.until(lambda: daemon.target.cancelled != [])
    daemon.until(lambda: not daemon.server._sessions)


def test_a_reset_in_the_middle_of_an_answer(served):
    daemon = served()
    good = daemon.connect()
    for _ in range(20):
        client = daemon.connect()
        client.send({"request": "metrics"}, {"request": "status"}, b'{"v":1')
        client.close()
    assert good.answer(STATUS)["ok"]
    daemon.until(lambda: len(daemon.server._sessions) == 1)


def test_while_too_much_is_asked_nothing_more_is_read(served):
    daemon = served(requests_per_s=5.0, burst=3)
    client = daemon.connect()
    client.socket.setblocking(False)
    sent = 0
    try:
        while sent < 50_000_000:
            sent += client.socket.send(b'{"v":1,"request":"cancel"}\n' * 1000)
    except BlockingIOError:
        pass
    assert sent < 5_000_000
    assert daemon.server.counts.requests < 100
    client.close()
    daemon.until(lambda: not daemon.server._sessions)


@pytest.mark.parametrize("name", REQUESTS)
def test_unknown_fields_are_refused(served, name):
    daemon = served()
    assert error(daemon.connect().answer({"request": name, "txt": 1})) == "bad-request"
    assert daemon.target.asked == []
