"""One capture process in its parent's hand."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

import pytest

from cabin.audio.capture_process import CaptureProcess
from cabin.audio.capture_settings import CaptureConfig, CaptureSettings

PATIENCE_S = 180.0


@pytest.fixture(autouse=True)
def sources_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def started(tmp_path):
    made = []

    def start(source):
        settings = CaptureSettings(CaptureConfig(device=str(tmp_path / "marks")), f"bad_sources:{source}")
        made.append(CaptureProcess(settings))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.end(PATIENCE_S)
        process.close()


def wait_for(*fds):
    assert select.select(fds, [], [], PATIENCE_S)[0]


def test_it_tells_what_it_opened_and_its_sound_comes(started, tmp_path):
    process = started("chatters")
    wait_for(process.status)
    assert process.messages() == [{"open": {"device": str(tmp_path / "marks"), "rate_hz": 16_000, "live": False}}]
    wait_for(process.event_fd)
    assert process.reader.look() == 1
    assert process.exit_status() is None
    assert process.said().startswith("noise noise")


def test_let_end_it_ends_by_itself(started):
    process = started("chatters")
    wait_for(process.event_fd)
    assert process.end(PATIENCE_S)
    assert process.exit_status() == 0


def test_one_that_clings_is_killed(started):
    process = started("hangs_at_close")
    wait_for(process.event_fd)
    process.close_status()
    for _ in range(100):
        if process.end(1.0):
            break
    assert process.exit_status() == -signal.SIGKILL
    assert process.how_it_ended().what == "the capture process was killed by SIGKILL"


def test_a_stopped_one_can_be_killed(started):
    process = started("chatters")
    wait_for(process.event_fd)
    os.kill(process.pid, signal.SIGSTOP)
    process.kill()
    wait_for(process.pid_fd)
    assert process.exit_status() == -signal.SIGKILL
    process.kill()


def test_what_a_library_said_last_is_kept(started):
    process = started("dies")
    wait_for(process.pid_fd)
    assert process.messages() == []
    assert process.hung_up
    process.end(PATIENCE_S)
    told = process.how_it_ended()
    assert (told.what, told.seen) == (
        "the capture process was killed by SIGABRT",
        "library.c: assertion failed",
    )
    assert process.messages() == []


def test_closed_nothing_is_left_open(started):
    process = started("chatters")
    wait_for(process.event_fd)
    fds = [process.event_fd, process.pid_fd, process.ring.memory_fd, process.status.fileno()]
    process.end(PATIENCE_S)
    process.close()
    process.close()
    for fd in fds[:3]:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)
    assert process.said() == ""


def test_without_memory_nothing_is_left_behind(monkeypatch, tmp_path):
    def refuse(*arguments):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("cabin.audio.capture_process.os.pidfd_open", refuse)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="Too many open files"):
        CaptureProcess(CaptureSettings(CaptureConfig(device=str(tmp_path / "marks")), "bad_sources:chatters"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
