"""What systemd is told, read from a socket that stands for it."""

from __future__ import annotations

import os
import socket

import pytest

from cabin.daemon.notify import Notifier


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "n"))
        end.setblocking(False)
        yield end


def told(systemd):
    lines = []
    while True:
        try:
            lines += systemd.recv(4096).decode().splitlines()
        except BlockingIOError:
            return lines


def test_messages_in_systemds_words(systemd):
    environ = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}
    notifier = Notifier(environ)
    assert environ == {}
    assert notifier.is_watched
    assert notifier.watchdog_s == 3.0
    notifier.extend(10.0)
    notifier.status("loading")
    notifier.status("loading")
    notifier.ready()
    notifier.feed()
    notifier.stopping()
    lines = ["EXTEND_TIMEOUT_USEC=10000000", "STATUS=loading", "READY=1", "WATCHDOG=1", "STOPPING=1"]
    assert told(systemd) == lines
    notifier.reloading()
    reloading, clock = told(systemd)
    assert reloading == "RELOADING=1"
    assert clock.startswith("MONOTONIC_USEC=")
    notifier.close()
    notifier.ready()
    assert told(systemd) == []


def test_a_status_is_one_line(systemd):
    Notifier({"NOTIFY_SOCKET": systemd.getsockname()}).status("one\nREADY=1")
    assert told(systemd) == ["STATUS=one"]


def test_abstract_sockets():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(f"\0cabin-test-{os.getpid()}")
        Notifier({"NOTIFY_SOCKET": f"@cabin-test-{os.getpid()}"}).ready()
        assert end.recv(100) == b"READY=1"


def test_the_watchdog_of_another_process_is_not_ours():
    assert Notifier({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog_s is None


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "nowhere"}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_nobody_there_is_no_fault(environ):
    Notifier(environ).ready()


def test_a_full_socket_is_not_waited_for(systemd):
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})
    for _ in range(5000):
        notifier.feed()
    assert told(systemd)
