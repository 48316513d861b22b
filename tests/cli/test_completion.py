"""Completion: the scripts, and what they are answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("shell", "part"), [("bash", "complete -o nosort -F"), ("zsh", "#compdef cabin")])
def test_scripts(shell, part, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["completion", shell])
    assert caught.value.code == 0
    assert part in capsys.readouterr().out


def test_other_shells_are_refused(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["completion", "csh"])
    assert caught.value.code == 2
    assert "bash" in capsys.readouterr().err


def answered(words, current):
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}",
        "CABIN_LOAD_PLUGINS": "nonesuch",
        "_CABIN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(current),
    }
    command = [sys.executable, "-m", "cabin.cli.main"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert run.stderr == ""
    return [line.partition(",")[2] for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "current", "offered"),
    [
        ("cabin pl", 1, ["plugins"]),
        ("cabin mod", 1, ["model", "models"]),
        ("cabin config ", 2, ["check", "schema", "show"]),
        ("cabin config show --or", 3, ["--origin"]),
        ("cabin --ver", 1, ["--verbose", "--version"]),
    ],
)
def test_what_is_offered(words, current, offered):
    assert sorted(answered(words, current)) == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_takes_the_script(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["completion", "bash"])
    script = tmp_path / "cabin.bash"
    script.write_text(capsys.readouterr().out)
    run = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, run.stderr) == (0, "")
