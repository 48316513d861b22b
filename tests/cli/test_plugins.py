"""`cabin plugins`."""

from __future__ import annotations

import json

import pytest

from cabin.cli.main import main


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["plugins", *arguments])
    return caught.value.code


def test_json(monkeypatch, capsys):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar")
    assert run("--json") == 0
    told = {info["name"]: info for info in map(json.loads, capsys.readouterr().out.splitlines())}
    assert told["cabin_simcar"]["state"] == "loaded"
    assert told["cabin_simcar"]["provides"] == ["vehicle interface simulated"]
    assert told["cabin_simcar"]["hooks"] == ["register_vehicles"]
    assert told["cabin_body"]["state"] == "left out"


def test_table_and_faults(monkeypatch, capsys):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar,nonesuch")
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t") == ["plugin", "version", "from", "state", "hooks", "ms", "faults"]
    assert any(line.startswith("cabin_simcar\t") for line in lines)
    assert lines[-1].startswith("fault of nonesuch, import: CABIN_LOAD_PLUGINS names it")


def test_new(tmp_path, capsys):
    assert run("new", "lamp", "--out", str(tmp_path)) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'cabin-lamp'}\n"
    assert (tmp_path / "cabin-lamp" / "cabin_lamp" / "catalog" / "lamp.yaml").is_file()
    assert run("new", "Lamp!", "--out", str(tmp_path)) == 2
    assert "not a name for a plugin" in capsys.readouterr().err
