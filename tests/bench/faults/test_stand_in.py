"""systemd's part, played to small programs: READY heard, the watchdog minded, failures started again."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from cabin.bench.faults.stand_in import StandIn

WAIT_S = 120.0
TELL = """
import os, socket, sys, time
def tell(text):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
tell("STATUS=here")
tell("READY=1")
"""


@pytest.fixture
def systemd(tmp_path):
    made = []

    def start(program, watchdog_s=60.0, again=True):
        service = StandIn([sys.executable, "-c", TELL + program], os.environ, tmp_path, watchdog_s)
        service.does_restart = again
        made.append(service)
        service.start()
        return service

    yield start
    for service in made:
        service.close()


def test_ready_is_heard_and_a_clean_end_is_the_end(systemd):
    service = systemd("time.sleep(0.5)")
    assert service.wait_ready(WAIT_S)
    assert service.status == "here"
    assert service.wait_ended(WAIT_S)
    assert service.runs[0].code == 0
    assert len(service.runs) == 1
    assert service.pid == 0


def test_one_that_is_killed_is_started_again_and_nothing_of_it_is_left(systemd):
    service = systemd("import subprocess; subprocess.Popen(['sleep', '600']); time.sleep(600)")
    assert service.wait_ready(WAIT_S)
    service.signal(signal.SIGKILL)
    assert service.wait_ended(WAIT_S)
    assert service.wait_ready(WAIT_S, runs=2)
    assert service.runs[0].code == -signal.SIGKILL


def test_a_watchdog_that_is_not_fed_ends_even_one_that_takes_no_signal(systemd):
    service = systemd("import signal; signal.signal(signal.SIGABRT, signal.SIG_IGN); time.sleep(600)", 0.3, again=False)
    assert service.wait_ready(WAIT_S)
    assert service.wait_ended(WAIT_S)
    assert service.runs[0].was_watchdog
    assert service.runs[0].code == -signal.SIGKILL
