"""Faults of whoever speaks to the daemon or listens to it: hostile clients, a log that nobody reads."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cabin.bench.faults.client import connect, send_raw
from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]

_MALFORMED = (
    b"\n\n\n",
    b"hello\n",
    b"\xff\xfe\x00\x01\n",
    b"[]\n",
    b'{"v":1}\n',
    b'{"v":99,"request":"status"}\n',
    b'{"v":1,"request":"open the door"}\n',
    b'{"v":1,"request":"say"}\n',
    b'{"v":1,"request":"say","text":17}\n',
    b'{"v":1,"request":"say","text":"' + b"\\ud800" + b'"}\n',
    b"[" * 5000 + b"\n",
    b'{"v":1,"request":"talk","seconds":1e999}\n',
)


def _serves_on(rig: Rig, before: int) -> None:
    rig.claim("the daemon answers others", rig.wait(rig.answers, 10.0), rig.status())
    rig.claim("nobody was restarted", rig.worker() == before and len(rig.systemd.runs) == 1, rig.systemd.runs)


def _malformed(rig: Rig) -> float | None:
    before = rig.worker()
    for line in _MALFORMED:
        came = send_raw(rig.control, line)
        rig.claim(f"{line[:30]!r} is refused", b'"ok":true' not in came, came)
    _serves_on(rig, before)
    return None


def _oversized(rig: Rig) -> float | None:
    before = rig.worker()
    send_raw(rig.control, b'{"v":1,"request":"say","text":"' + b"x" * 8_000_000 + b'"}\n')
    send_raw(rig.control, b"x" * 8_000_000)
    _serves_on(rig, before)
    return None


@contextlib.contextmanager
def _connections(rig: Rig, number: int) -> Iterator[list[socket.socket]]:
    made: list[socket.socket] = []
    try:
        for _ in range(number):
            with contextlib.suppress(OSError):
                made.append(connect(rig.control, 1.0))
        yield made
    finally:
        for client in made:
            client.close()


def _slow(rig: Rig) -> float | None:
    """Ten clients that send a byte now and then, and never a whole line."""
    before = rig.worker()
    with _connections(rig, 10) as clients:
        for _ in range(15):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(b"{")
            time.sleep(0.1)
        rig.claim("a command is done meanwhile", rig.works(), rig.log()[-300:])
        _serves_on(rig, before)
    return None


def _flood(rig: Rig) -> float | None:
    """Requests as fast as they can be sent, for two seconds, none of the answers read."""
    before, is_over = rig.worker(), threading.Event()

    def send() -> None:
        while not is_over.is_set():
            with contextlib.suppress(OSError), connect(rig.control, 0.5) as client:
                while not is_over.is_set():
                    client.sendall(b'{"v":1,"id":1,"request":"status"}\n' * 100)

    threads = [threading.Thread(target=send, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    rig.claim("a spoken command is done meanwhile", rig.works(), rig.log()[-300:])
    is_over.set()
    for thread in threads:
        thread.join(5.0)
    since_s = time.monotonic()
    _serves_on(rig, before)
    return rig.recover(since_s)


def _many(rig: Rig) -> float | None:
    before = rig.worker()
    with _connections(rig, 200):
        rig.claim("a spoken command is done meanwhile", rig.works(), rig.log()[-300:])
    _serves_on(rig, before)
    return None


def _deaf_watchers(rig: Rig) -> float | None:
    """Clients that watch and never read."""
    before = rig.worker()
    with _connections(rig, 8) as clients:
        for client in clients:
            client.sendall(b'{"v":1,"request":"watch"}\n')
        for _ in range(50):
            rig.answers()
        rig.claim("a command is done meanwhile", rig.works(), rig.log()[-300:])
    _serves_on(rig, before)
    return None


def _gone_mid_request(rig: Rig) -> float | None:
    """A client asks for something that is done, and hangs up before the answer."""
    before = rig.worker()
    for _ in range(5):
        with contextlib.suppress(OSError), connect(rig.control) as client:
            client.sendall(
                json.dumps({"v": 1, "id": 1, "request": "say", "text": "what is the speed"}).encode() + b"\n"
            )
    _serves_on(rig, before)
    return None


def _start_with_pipe(rig: Rig) -> int:
    """Start the daemon with its standard error in a pipe; return the end that nobody reads."""
    ours, theirs = os.pipe()
    rig.systemd.log, rig.systemd.stderr = None, theirs
    rig.start()
    os.close(theirs)
    rig.begin()
    return ours


def _log_blocked(rig: Rig) -> float | None:
    ours = _start_with_pipe(rig)
    for _ in range(400):  # some lines each: more than a pipe of 64 KiB holds
        rig.answers()
    rig.claim("a command is done with the log blocked", rig.works(), rig.status())
    rig.claim("nobody was restarted", len(rig.systemd.runs) == 1, rig.systemd.runs)
    os.close(ours)
    return None


def _log_gone(rig: Rig) -> float | None:
    ours = _start_with_pipe(rig)
    os.close(ours)
    rig.answers()
    rig.claim("a command is done without a log", rig.works(), rig.status())
    rig.claim("nobody was restarted", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return None


FAULTS = (
    Fault("malformed requests", "clients", "each is refused", _malformed, is_quick=True),
    Fault("requests of 8 MB", "clients", "cut off", _oversized),
    Fault("clients that never end a line", "clients", "nobody waits for them", _slow),
    Fault("a flood of requests", "clients", "limited; commands are done", _flood),
    Fault("200 connections", "clients", "limited; commands are done", _many),
    Fault("watchers that never read", "clients", "dropped; commands are done", _deaf_watchers),
    Fault("clients that hang up before the answer", "clients", "nothing waits for them", _gone_mid_request),
    Fault("log pipe blocked", "log", "entries are lost, nothing else", _log_blocked, is_alone=True, starts=False),
    Fault("log pipe closed", "log", "entries are lost, nothing else", _log_gone, is_alone=True, starts=False),
)
