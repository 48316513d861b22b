"""What the kernel tells of a process: running, waiting, stopped, gone, and what it holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from cabin.daemon.processes import proportional_mib, resident_mib, standing


def eventually(state, pid):
    for _ in range(2000):
        if standing(pid).state == state:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def sleeper():
    command = "import time; print(1, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-S", "-c", command], stdout=subprocess.PIPE) as child:
        child.stdout.read(1)
        yield child
        child.kill()


def test_a_process_that_waits_is_stopped_and_gone(sleeper):
    assert eventually("waits", sleeper.pid)
    sleeper.send_signal(signal.SIGSTOP)
    assert eventually("stopped", sleeper.pid)
    sleeper.kill()
    assert eventually("gone", sleeper.pid)


def test_this_process_runs_and_takes_time():
    before = standing(os.getpid())
    assert before.state == "runs"
    assert before.cpu_s > 0


def test_memory(sleeper):
    assert resident_mib(sleeper.pid) > 1
    assert 0 < proportional_mib(sleeper.pid) <= resident_mib(sleeper.pid) + 1


def test_a_process_that_is_not_there():
    assert resident_mib(2**22 + 1) == 0.0
    assert proportional_mib(2**22 + 1) == 0.0
    assert standing(2**22 + 1).state == "gone"
