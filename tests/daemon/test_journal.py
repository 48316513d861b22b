"""Log lines: one an entry, with fields; a reader that does not read holds up nobody."""

from __future__ import annotations

import logging
import os

import pytest

from cabin.daemon.journal import Journal, fields_text


@pytest.fixture
def pipe():
    read, write = os.pipe()
    yield read, write
    os.close(read)
    os.close(write)


def record(text, level=logging.INFO):
    return logging.LogRecord("cabin.daemon", level, "", 0, text, (), None)


def test_an_entry_is_one_line_with_its_priority(pipe):
    read, write = pipe
    journal = Journal(write, priorities=True)
    journal.handle(record("one\ntwo", logging.WARNING))
    journal.handle(record("three"))
    journal.close()
    assert os.read(read, 1000).decode().splitlines() == [
        "<4>cabin.daemon: one | two",
        "<6>cabin.daemon: three",
    ]


def test_a_pipe_that_nobody_reads_holds_up_nothing(pipe):
    journal = Journal(pipe[1], priorities=False)
    for _ in range(5000):
        journal.handle(record("x" * 200))
    assert journal.lost > 0
    os.set_blocking(pipe[0], False)
    os.read(pipe[0], 2**20)
    journal.close()


def test_fields():
    data = {"intent": "window.open", "ms": 1.5, "text": "open it", "none": None, "list": ["a"], "odd": 'a"b=c'}
    told = fields_text("done", data)
    assert told == 'done intent=window.open ms=1.5 text="open it" list=["a"] odd="a\\"b=c"'
