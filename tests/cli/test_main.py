"""The command line: lazy commands, errors without tracebacks, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cabin import __version__
from cabin.cli import main as main_module
from cabin.cli.main import COMMANDS, cli, main
from cabin.errors import ConfigError, Problem, SoundError

ROOT = Path(__file__).parents[2]


def run(*arguments):
    """Return the exit code."""
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    return caught.value.code


@pytest.fixture
def command(monkeypatch):
    """Put a command `tried` into the table whose body the test gives."""

    def put(body):
        monkeypatch.setitem(COMMANDS, "tried", ("tests_cli_tried:tried", "A command of this test."))
        module = type(sys)("tests_cli_tried")
        module.tried = click.Command("tried", callback=body)
        monkeypatch.setitem(sys.modules, "tests_cli_tried", module)

    return put


def test_version(capsys):
    assert run("--version") == 0
    assert capsys.readouterr().out == f"cabin {__version__}\n"


def test_help_names_every_command(capsys):
    assert run("--help") == 0
    out = capsys.readouterr().out
    for name, (_, summary) in COMMANDS.items():
        assert name in out
        assert summary.split()[0] in out
    assert "Examples:" in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name, capsys):
    command = cli.get_command(click.Context(cli), name)
    paths = [(name,), *((name, child) for child in getattr(command, "commands", ()))]
    for path in paths:
        assert run(*path, "--help") == 0
        out = capsys.readouterr().out
        assert "Example" in out, path
        assert f"cabin {' '.join(path)}" in out
        assert f"cabin {name}" in out.partition("Example")[2], path


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_the_table_is_that_of_the_command(name):
    command = cli.get_command(click.Context(cli), name)
    assert command.name == name
    assert command.help


def test_unknown_command_says_the_nearest(capsys, monkeypatch):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "")
    assert run("plugin") == 2
    assert "Did you mean 'plugins'" in capsys.readouterr().err


def test_unknown_option(capsys):
    assert run("config", "show", "--orgin") == 2
    assert "--origin" in capsys.readouterr().err


def test_no_command_prints_help(capsys):
    assert run() == 2
    captured = capsys.readouterr()
    assert "Commands:" in captured.out + captured.err


@pytest.mark.parametrize(
    ("error", "code"),
    [(SoundError(Problem("no sound", "a.wav")), 1), (ConfigError([Problem("one"), Problem("two")]), 2)],
)
def test_errors_are_told_line_by_line(command, capsys, error, code):
    def body():
        raise error

    command(body)
    assert run("tried") == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [f"error: {problem}" for problem in error.problems]


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
        (FileNotFoundError(2, "No such file or directory", "x.wav"), 1, "error: x.wav: No such file or directory."),
        (ZeroDivisionError("division by zero"), 1, "error: internal error (ZeroDivisionError: division by zero)"),
    ],
)
def test_anything_else_ends_without_a_traceback(command, capsys, monkeypatch, error, code, told):
    monkeypatch.setattr(main_module.os, "dup2", lambda *_: None)

    def body():
        raise error

    command(body)
    assert run("tried") == code
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert err.startswith(told)


def test_verbose_shows_the_traceback(command):
    def body():
        raise ZeroDivisionError

    command(body)
    with pytest.raises(ZeroDivisionError):
        main(["--verbose", "tried"])


@pytest.mark.parametrize(
    ("arguments", "verbose"),
    [
        (["-v", "say"], True),
        (["--config", "x", "--verbose", "say"], True),
        (["say", "-v"], False),
        (["--config", "-v", "say"], False),
        ([], False),
    ],
)
def test_verbose_counts_before_the_command(arguments, verbose):
    assert main_module._is_verbose(arguments) is verbose


def python(code):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.split()


HEAVY = ("numpy", "onnxruntime", "torch", "tokenizers", "sounddevice", "vosk", "hassil", "soxr", "socket", "asyncio")


def test_importing_cabin_imports_nothing_heavy():
    code = f"import cabin, sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    assert python(code) == []


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom cabin.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', *[m for m in {HEAVY[:-2]} if m in sys.modules])"
    )
    assert python(code)[-1] == "HEAVY"


def test_a_closed_pipe_is_quiet():
    code = "from cabin.cli.main import main; main(['config', 'schema'])"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "CABIN_LOAD_PLUGINS": ""}
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(write)
    assert process.stderr == b""
