"""The capture process from within: what it tells, when it ends, and how little it imports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cabin.audio.capture_child import RingSink, encode_problem, main, serve
from cabin.audio.ring import Ring, RingReader, RingShape, RingWriter
from cabin.errors import Problem

SHAPE = RingShape(8, 512)


class Source:
    """Writes one block when it is started, and ends when it is told to."""

    device, rate_hz, live = "a device", 8000, True

    def __init__(self, why=""):
        self.why, self.closed = why, False

    def start(self, sink):
        sink.write(bytes(4 * 100), 0.5)

    def ended(self):
        return self.why

    def close(self):
        self.closed = True


@pytest.fixture
def ends():
    ring = Ring(SHAPE)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ring, ours, theirs
    ring.close()


def test_it_tells_what_is_open_and_why_it_ended(ends):
    ring, ours, theirs = ends
    source = Source("the file is over")
    last = serve(source, RingWriter(ring.memory_fd, ring.event_fd, SHAPE), theirs)
    assert json.loads(ours.recv(10_000)) == {"open": {"device": "a device", "rate_hz": 8000, "live": True}}
    assert last == {"ended": "the file is over"}
    assert source.closed
    reader = RingReader(ring)
    assert reader.look() == 1
    assert reader.counters().beats == 1


def test_it_ends_without_a_word_when_the_parent_has_gone(ends):
    ring, ours, theirs = ends
    source = Source()
    threading.Timer(0.1, ours.close).start()
    assert serve(source, RingWriter(ring.memory_fd, ring.event_fd, SHAPE), theirs) == {}
    assert source.closed


def test_the_sink_knows_when_the_sound_began(ends):
    ring, _, _ = ends
    sink = RingSink(RingWriter(ring.memory_fd, ring.event_fd, SHAPE))
    sink.rate_hz = 16_000
    sink.write(bytes(40), 2.0)
    sink.write(bytes(40), 1.0, overflowed=True)
    reader = RingReader(ring)
    reader.look()
    first, second = reader.take(), reader.take()
    assert 1.0 <= second.begun_s - first.begun_s < 60.0
    assert (first.overflowed, second.overflowed) == (False, True)
    assert sink.room() == SHAPE.slots - 2


def test_a_problem_always_fits_into_a_datagram():
    told = encode_problem(Problem("x" * 100_000, "here", hint="do"))
    assert len(json.dumps(told)) < 5000
    assert (told["where"], told["hint"]) == ("here", "do")


def test_a_child_of_nobody_ends_at_once(ends):
    """The parent may die before the kernel was asked to tell of it."""
    ring, _, theirs = ends
    told = {"factory": "os:getcwd", "settings": {}, "shape": [8, 512], "parent": os.getpid()}
    told |= {"memory_fd": ring.memory_fd, "event_fd": ring.event_fd, "status_fd": theirs.fileno()}
    code = f"from cabin.audio.capture_child import main; import json; main([{json.dumps(json.dumps(told))}])"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=environment(), capture_output=True)
    assert done.returncode == 1
    assert callable(main)


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def test_it_imports_nothing_heavy():
    code = (
        "import sys, cabin.audio.capture_child, cabin_sound.microphone, cabin_sound.socket_source; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, env=environment(), capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert {"numpy", "onnxruntime", "soxr", "sounddevice", "asyncio", "hassil", "yaml"} & loaded == set()


def test_the_module_runs_as_a_program():
    source = Path(sys.modules["cabin.audio.capture_child"].__file__).read_text(encoding="utf-8")
    assert 'if __name__ == "__main__":' in source
