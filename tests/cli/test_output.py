"""How commands write."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cabin.cli import output
from cabin.errors import ConfigError, Problem
from cabin.messages import Command, Outcome, Parse, Sound


class Terminal:
    def __init__(self, is_terminal):
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_only_on_a_terminal(monkeypatch, terminal, environ, colour):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert output.use_colour(Terminal(terminal)) is colour


@dataclass(frozen=True)
class Mixed:
    path: Path
    names: frozenset[str]
    loud: float
    share: object


def test_json_of_anything():
    plain = output.to_plain(Mixed(Path("/a"), frozenset({"b", "a"}), float("inf"), np.float32(0.5)))
    assert plain == {"path": "/a", "names": ["a", "b"], "loud": None, "share": 0.5}


def test_json_of_messages():
    outcome = Outcome(Command("window.open", {"value": 3}), "done", "Opening.")
    told = json.loads(output.json_line(outcome))
    assert told["command"] == {
        "intent": "window.open",
        "slots": {"value": 3},
        "confidence": 1.0,
        "by": "model",
        "unsure": False,
    }
    assert json.loads(output.json_line(Parse("ünï ☕")))["text"] == "ünï ☕"
    assert "samples" not in output.to_plain(Sound(np.zeros(3, np.float32), "a.wav"))


def test_one_object_a_line(capsys):
    output.print_json({"text": "a\nb"})
    output.print_json({"text": "c"})
    assert [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()] == ["a\nb", "c"]


def test_a_table_in_a_pipe_is_tab_separated(capsys):
    output.print_table(("name", "value"), [("a", 1), ("b", "two\nlines")])
    assert capsys.readouterr().out == "name\tvalue\na\t1\nb\ttwo lines\n"


def test_errors_go_to_standard_error(capsys):
    output.print_error(ConfigError([Problem("one", "a.yaml:1"), Problem("two")]))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: a.yaml:1: one.\nerror: two.\n")


def test_a_console_in_a_pipe_neither_colours_nor_wraps(capsys):
    output.console().print("[red]" + "word " * 100 + "[/red]")
    assert capsys.readouterr().out == "word " * 100 + "\n"


def test_warnings_are_left_out_for_a_while(caplog):
    log = logging.getLogger("cabin.somewhere")
    with output.only_errors():
        log.warning("not now")
        log.error("this")
    log.warning("again")
    assert [record.message for record in caplog.records] == ["this", "again"]
