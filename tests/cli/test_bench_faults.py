from __future__ import annotations

import json

from click.testing import CliRunner

from cabin.cli.app import App
from cabin.cli.bench_faults import faults
from cabin.cli.main import main


def run(*arguments):
    return CliRunner().invoke(faults, list(arguments), obj=App())


def test_the_list_breaks_nothing():
    listed = run("--list", "--json", "--only", "clients")
    assert listed.exit_code == 0
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {row["family"] for row in rows} == {"clients"}
    assert all(row["holds"] for row in rows)
    assert "clock steps an hour back" in run("--list").stdout


def test_wrong_use_is_told(capsys):
    import pytest

    for arguments, word in ((["--only", "clints"], "clients"), (["--resume"], "--out")):
        with pytest.raises(SystemExit) as ended:
            main(["bench", "faults", *arguments])
        assert ended.value.code == 2
        assert word in capsys.readouterr().err
