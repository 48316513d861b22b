"""Workers started ahead: handed over once, in the same environment only, and ended when nobody takes them."""

from __future__ import annotations

import os

from cabin.daemon.frames import FrameReader
from cabin.daemon.letters import Ping, pack
from cabin.daemon.spawn import HeadStart, spawn_worker, worker_environ

WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))


def answer(connection):
    """What the worker says to a ping."""
    connection.setblocking(True)
    connection.settimeout(WAIT_S)
    connection.sendall(pack(Ping(7)))
    reader = FrameReader()
    while True:
        for message, _ in reader.feed(connection.recv(4096)):
            return message


def test_what_systemd_means_for_the_daemon_is_not_for_the_worker():
    environ = {"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "1", "LISTEN_FDS": "1", "CABIN_MODELS": "/m"}
    assert worker_environ(environ) == {"CABIN_MODELS": "/m"}


def test_one_that_was_started_ahead_answers_and_is_handed_over_once():
    environ = {**os.environ, "CABIN_LOAD_PLUGINS": "", "NOTIFY_SOCKET": "/nowhere"}
    ahead = HeadStart(environ)
    assert ahead.take({"CABIN_LOAD_PLUGINS": "another"}) is None
    process, connection = ahead.take(worker_environ(environ))
    assert ahead.take(worker_environ(environ)) is None
    ahead.close()
    assert answer(connection) == {"is": "Pong", "number": 7}
    connection.close()
    assert process.wait(WAIT_S) == 0


def test_one_that_is_not_wanted_ends():
    ahead = HeadStart(dict(os.environ))
    process, _ = ahead._begun
    ahead.close()
    assert process.returncode is not None
    ahead.close()


def test_one_that_died_is_not_handed_over():
    ahead = HeadStart(dict(os.environ))
    process, connection = ahead._begun
    process.kill()
    process.wait()
    assert ahead.take(worker_environ(os.environ)) is None
    ahead.close()
    connection.close()


def test_a_system_without_room_is_asked_again_later(monkeypatch):
    def refuse(*_, **__):
        raise OSError(11, "no room")

    monkeypatch.setattr("subprocess.Popen", refuse)
    ahead = HeadStart({})
    assert ahead.take({}) is None
    ahead.close()
    monkeypatch.undo()
    process, connection = spawn_worker(worker_environ(os.environ))
    connection.close()
    assert process.wait(WAIT_S) == 0
