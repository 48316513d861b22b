"""Capture with real processes: killed, stopped, hung, flooded, absent, silent, late; and nothing left behind."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cabin.audio.capture import Capture
from cabin.audio.capture_process import CaptureProcess
from cabin.audio.capture_settings import CaptureConfig, CaptureSettings
from tests.audio.sound_server import SoundServer, ramp, zeros

PATIENCE_S = 180.0
"""Machines that test are busy; nothing here asserts how long something took."""
SOCKET = "cabin_sound:open_socket"
TIMES = {"open_ms": 60_000.0, "lost_ms": 15_000.0, "retry_ms": 50.0, "retry_max_ms": 200.0}


@pytest.fixture(autouse=True)
def sources_can_be_imported(monkeypatch):
    """Put bad_sources.py where the capture process finds it by name."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def settings(device, factory=SOCKET, **changed):
    return CaptureSettings(CaptureConfig(source="socket", device=str(device), **{**TIMES, **changed}), factory)


@pytest.fixture
def listening():
    """Make captures that are stopped at the end."""
    made = []

    def make(*arguments, start_child=CaptureProcess, **changed):
        capture = Capture(settings(*arguments, **changed), start_child)
        made.append(capture)
        capture.start()
        return capture

    yield make
    for capture in made:
        capture.stop()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mic"


def hear(capture, until, seconds=PATIENCE_S):
    """Read as a daemon does, waiting for the descriptor, until `until(blocks)`; return the blocks."""
    poll = select.poll()
    poll.register(capture.fileno(), select.POLLIN)
    blocks, give_up = [], time.monotonic() + seconds
    while not until(blocks):
        assert time.monotonic() < give_up, capture.state
        poll.poll(1000)
        blocks += capture.read(8)
    return blocks


def length(blocks):
    return sum(len(block.samples) for block in blocks)


def joined(blocks):
    return np.concatenate([block.samples for block in blocks])


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until(holds, seconds=PATIENCE_S):
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_sound_arrives_whole_in_order_and_with_its_time(path, listening):
    before_s = time.monotonic()
    with SoundServer(path):
        capture = listening(path)
        assert capture.state.status == "waiting"
        blocks = hear(capture, lambda blocks: length(blocks) >= 16_000)
    state = capture.state
    assert (state.status, state.device, state.rate_hz, state.restarts, state.problem) == (
        "open",
        str(path),
        16_000,
        0,
        None,
    )
    assert (state.overflows, [block.damaged for block in blocks]) == (0, [False] * len(blocks))
    assert np.array_equal(joined(blocks), ramp(0, length(blocks)))
    begins = [block.begun_s for block in blocks]
    assert begins == sorted(begins)
    assert before_s < begins[0] < begins[-1] < time.monotonic()
    assert 0 <= state.last_block_ms < 60_000


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_process_that_is_killed_or_stopped_is_replaced(path, listening, number):
    with SoundServer(path) as server:
        capture = listening(path, lost_ms=2_000.0)
        hear(capture, lambda blocks: length(blocks) > 4000)
        before = capture.state
        os.kill(before.pid, number)
        blocks = hear(capture, lambda blocks: any(block.damaged for block in blocks))
        hear(capture, lambda blocks: length(blocks) > 4000)
        assert server.connections >= 2
    (first,) = [block for block in blocks if block.damaged][:1]
    assert first.lost > 0
    assert capture.state.restarts >= 1
    assert capture.state.pid != before.pid
    wait_until(lambda: is_gone(before.pid))


def test_the_microphone_may_come_late(path, listening):
    capture = listening(path)
    hear(capture, lambda blocks: capture.state.restarts >= 2)
    assert capture.state.status == "waiting"
    assert capture.state.problem.what == "nobody listens on the socket"
    assert capture.state.rate_hz == 0
    with SoundServer(path):
        blocks = hear(capture, lambda blocks: length(blocks) > 1000)
        assert not any(block.damaged for block in blocks)
        assert (capture.state.status, capture.state.problem) == ("open", None)


def test_a_device_that_goes_is_opened_anew_and_the_place_is_marked(path, listening):
    with SoundServer(path) as server:
        capture = listening(path)
        hear(capture, lambda blocks: length(blocks) > 4000)
        server.hang_up()
        blocks = hear(capture, lambda blocks: capture.state.status == "lost")
        assert capture.state.problem.what == "the other side closed the socket"
        blocks += hear(capture, lambda blocks: length(blocks) > 4000)
        assert server.connections == 2
    assert [block.damaged for block in blocks].count(True) == 1


def test_a_device_that_delivers_nothing_is_lost(path, listening):
    with SoundServer(path) as server:
        server.mute.set()
        capture = listening(path, lost_ms=1_500.0)
        hear(capture, lambda blocks: capture.state.status == "lost")
        assert capture.state.problem.what in ("the device delivers nothing", "the capture process hangs")
        server.mute.clear()
        hear(capture, lambda blocks: length(blocks) > 1000)


def test_digital_silence_is_told_and_the_device_kept(path, listening):
    with SoundServer(path, sound=zeros) as server:
        capture = listening(path, silent_s=1.0)
        hear(capture, lambda blocks: capture.state.status == "silent")
        assert "digital silence" in capture.state.problem.what
        server.sound = ramp
        hear(capture, lambda blocks: capture.state.status == "open")
        assert (server.connections, capture.state.problem) == (1, None)


def test_another_rate_is_resampled(path, listening):
    def tone(begin, count):
        return np.sin(2 * np.pi * 1000.0 * np.arange(begin, begin + count) / 44_100).astype(np.float32)

    with SoundServer(path, rate_hz=44_100, sound=tone):
        capture = listening(path)
        sound = joined(hear(capture, lambda blocks: length(blocks) >= 17_600))[1600:17_600]
    assert capture.state.rate_hz == 44_100
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) == 1000
    assert np.max(np.abs(sound)) == pytest.approx(1.0, abs=0.02)


def test_a_reader_that_is_too_slow_is_told_exactly_what_it_lost(path, listening):
    with SoundServer(path, pace=4.0) as server:
        capture = listening(path, ring_s=0.5)
        first = hear(capture, lambda blocks: length(blocks) > 1000)
        server_at = server.position
        wait_until(lambda: server.position > server_at + 24_000)
        rest = hear(capture, lambda blocks: any(block.damaged for block in blocks))
    (at,) = [index for index, block in enumerate(rest) if block.damaged][:1]
    heard = length(first) + length(rest[:at])
    assert capture.state.overflows == 1
    assert rest[at].lost > 0
    assert np.array_equal(rest[at].samples, ramp(heard + rest[at].lost, len(rest[at].samples)))


def test_a_flood_fills_no_memory_and_is_given_up(path, listening):
    with SoundServer(path, rate_hz=4000, pace=None):
        capture = listening(path, ring_s=0.5)
        blocks = []
        poll = select.poll()
        poll.register(capture.fileno(), select.POLLIN)
        give_up = time.monotonic() + PATIENCE_S
        while capture.state.problem is None or "floods" not in capture.state.problem.what:
            assert time.monotonic() < give_up, capture.state
            poll.poll(1000)
            time.sleep(0.3)  # a daemon that is busy
            blocks += capture.read(4)
        assert capture.state.status == "lost"
    assert capture.state.overflows > 0
    assert any(block.damaged for block in blocks)


def test_sound_faster_than_real_time_is_held_up_not_lost(path, listening):
    with SoundServer(path, pace=None, live=False):
        capture = listening(path, ring_s=0.5)
        blocks = hear(capture, lambda blocks: length(blocks) >= 320_000)
    assert np.array_equal(joined(blocks), ramp(0, length(blocks)))
    assert capture.state.overflows == 0


def test_max_blocks_is_kept_and_the_descriptor_stays_readable(path, listening):
    with SoundServer(path) as server:
        capture = listening(path)
        hear(capture, lambda blocks: length(blocks) > 0)
        at = server.position
        wait_until(lambda: server.position > at + 5 * 512)
        for _ in range(3):
            assert len(select.select([capture], [], [], PATIENCE_S)[0]) == 1
            assert len(capture.read(1)) <= 1


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("raises", "the sound source failed: ZeroDivisionError: of my own making"),
        ("refuses", "no such thing"),
        ("exits", "the sound source failed: SystemExit: 3"),
        ("dies", "the capture process was killed by SIGABRT"),
        ("hangs_at_open", "the sound source did not open within 2000 ms"),
        ("missing", "the sound source failed: AttributeError: module 'bad_sources' has no"),
    ],
)
def test_sources_that_fail_are_told_of_and_tried_again(tmp_path, listening, source, what):
    marks = tmp_path / "marks"
    wait_ms = {"open_ms": 2000.0} if source == "hangs_at_open" else {}
    capture = listening(marks, f"bad_sources:{source}", **wait_ms)
    hear(capture, lambda blocks: capture.state.problem is not None and capture.state.restarts >= 1)
    assert capture.state.problem.what.startswith(what)
    assert capture.state.status == "waiting"
    if source == "dies":
        assert capture.state.problem.seen == "library.c: assertion failed"


def test_a_library_that_chatters_blocks_nothing(tmp_path, listening):
    capture = listening(tmp_path / "marks", "bad_sources:chatters")
    hear(capture, lambda blocks: length(blocks) == 512)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("odd_rate", "this sample rate cannot be used"),
        ("no_rate", "the sound source does not say what it opened"),
    ],
)
def test_an_impossible_rate_is_a_problem_not_a_crash(tmp_path, listening, source, what):
    capture = listening(tmp_path / "marks", f"bad_sources:{source}")
    hear(capture, lambda blocks: capture.state.problem is not None)
    assert capture.state.problem.what == what


def test_a_source_that_clings_at_the_end_is_killed(tmp_path, listening):
    capture = listening(tmp_path / "marks", "bad_sources:hangs_at_close")
    hear(capture, lambda blocks: length(blocks) == 512)
    pid = capture.state.pid
    capture.stop()
    assert is_gone(pid)
    assert capture.state.status == "stopped"


def test_a_process_that_cannot_be_started_is_tried_again(path, listening):
    refused = []

    def start(wanted):
        if len(refused) < 3:
            refused.append(wanted)
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return CaptureProcess(wanted)

    with SoundServer(path):
        capture = listening(path, start_child=start)
        assert capture.state.problem.what == "the capture process cannot be started"
        hear(capture, lambda blocks: length(blocks) > 0)
    assert len(refused) == 3


def test_asyncio_can_wait_for_it(path, listening):
    with SoundServer(path):
        capture = listening(path)

        async def listen():
            loop, blocks, enough = asyncio.get_running_loop(), [], asyncio.Event()

            def more():
                blocks.extend(capture.read(16))
                if length(blocks) > 8000:
                    enough.set()

            loop.add_reader(capture.fileno(), more)
            await asyncio.wait_for(enough.wait(), PATIENCE_S)
            loop.remove_reader(capture.fileno())
            return blocks

        blocks = asyncio.run(listen())
    assert np.array_equal(joined(blocks), ramp(0, length(blocks)))


def test_restarts_leave_no_descriptor_no_process_no_shared_memory(path, listening):
    def open_now():
        return sorted(str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink())

    with SoundServer(path):
        descriptors, shared = len(open_now()), sorted(Path("/dev/shm").iterdir())
        capture = listening(path)
        hear(capture, lambda blocks: length(blocks) > 0)
        pids, opened = [capture.state.pid], len([name for name in open_now() if "cabin-capture" in name])
        for _ in range(2):
            os.kill(capture.state.pid, signal.SIGKILL)
            hear(capture, lambda blocks: any(block.damaged for block in blocks))
            pids.append(capture.state.pid)
        assert len([name for name in open_now() if "cabin-capture" in name]) == opened
        capture.stop()
        assert [pid for pid in pids if not is_gone(pid)] == []
        wait_until(lambda: len(open_now()) <= descriptors + 1)  # the server's connection may still be closing
    assert sorted(Path("/dev/shm").iterdir()) == shared
    assert not [name for name in open_now() if "cabin-capture" in name or "pidfd" in name]


PARENT = """
import sys, time
from cabin.audio.capture import Capture
from cabin.audio.capture_settings import CaptureConfig, CaptureSettings
capture = Capture(CaptureSettings(CaptureConfig(device=sys.argv[1], open_ms=60000, lost_ms=60000), sys.argv[2]))
capture.start()
while not capture.read(1):
    time.sleep(0.02)
print(capture.state.pid, flush=True)
time.sleep(1000)
"""


def test_the_child_dies_with_its_parent_however_that_dies(path):
    shared = sorted(Path("/dev/shm").iterdir())
    with SoundServer(path):
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(path), SOCKET],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        )
        with parent:
            pid = int(parent.stdout.readline())
            parent.kill()
        wait_until(lambda: is_gone(pid))
    assert sorted(Path("/dev/shm").iterdir()) == shared


def test_before_the_start_and_after_the_end_it_is_stopped(path):
    capture = Capture(settings(path))
    assert capture.state.status == "stopped"
    assert capture.read(1) == []
    capture.stop()
    capture.stop()
    capture.start()
    assert (capture.state.status, capture.read(1)) == ("stopped", [])
