from __future__ import annotations

import dataclasses

import pytest

from cabin.control.status import Clients, Memory, Microphone, Privacy, Stage, Status, Worker
from cabin.control.status_text import LONGEST_LINE, duration, status_line, status_lines

QUIET = Status("0.1.0", 42, 0.0, 5.0, "starting")
BUSY = Status(
    "0.1.0",
    42,
    0.0,
    100_000.0,
    "ready",
    "lean",
    "the processor is busy",
    stages=(Stage("parse", 4, 50.0, 10.0, 20.4, 3.5, 1), Stage("act", 0, 0.0)),
    workers=(Worker("recognizer", "running", 43, 2, 120.0), Worker("parser", "restarting")),
    memory=Memory(212.25, 300.0),
    microphone=Microphone("open", "USB", 1200),
    privacy=Privacy(recording=True, transcripts_logged=True, transcripts_shared=True),
    counts={"heard": 1204, "done": 1200, "fault": 0},
    clients=Clients(3, 1),
)


def test_one_line():
    assert status_line(QUIET) == "starting, normal; 0 MiB; no microphone"
    assert status_line(BUSY) == (
        "ready, lean (the processor is busy); 1,204 heard, 1,200 done; slowest parse, p95 20 ms; 212 of 300 MiB; "
        "microphone open: USB, 1,200 overflows; not running: parser; RECORDING"
    )


def test_a_line_is_one_and_never_long():
    line = status_line(dataclasses.replace(BUSY, reason="a\nb " * 200))
    assert "\n" not in line
    assert len(line) == LONGEST_LINE


def test_all_lines():
    told = dict(status_lines(BUSY))
    assert told["daemon"] == "cabin 0.1.0, process 42, up 1 d 3 h"
    assert told["state"] == "ready, lean: the processor is busy"
    assert told["privacy"] == "SOUND IS RECORDED; what is said is logged; some clients may see what is said"
    assert told["stage parse"] == "p50 10.0, p95 20.4 ms; 4 runs, 1 past its deadline, last 3 s ago"
    assert told["stage act"] == "did not run yet"
    assert told["worker recognizer"] == "running, process 43, 120 MiB, 2 restarts"
    assert told["worker parser"] == "restarting"
    assert told["clients"].startswith("3 connected, 1 watching")
    assert dict(status_lines(QUIET))["privacy"] == "nothing that is said is kept or shown"


@pytest.mark.parametrize("state", ["none", "open", "muted", "absent", "failed"])
def test_every_state_of_the_microphone_has_its_words(state):
    told = dict(status_lines(dataclasses.replace(QUIET, microphone=Microphone(state))))
    assert "microphone" in told["microphone"]


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3725, "1 h 2 min"), (90_000, "1 d 1 h")]
)
def test_times(seconds, told):
    assert duration(seconds) == told
