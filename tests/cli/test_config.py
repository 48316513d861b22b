"""`cabin config`."""

from __future__ import annotations

import json

import pytest

from cabin.cli.main import main


@pytest.fixture(autouse=True)
def only_the_simulated_car(monkeypatch):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar")


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["config", *arguments])
    return caught.value.code


def test_check_tells_all_mistakes_of_all_files(tmp_path, capsys):
    good, bad = tmp_path / "vehicle.yaml", tmp_path / "cabin.yaml"
    good.write_text("interface: simulated\n")
    bad.write_text("recogniser: {}\nparser: {threads: 0}\n")
    assert run("check", str(good), str(bad)) == 2
    captured = capsys.readouterr()
    assert captured.out == f"{good}: ok\n"
    assert [line.split(": ")[1] for line in captured.err.splitlines()] == [f"{bad}:1", f"{bad}:2"]


def test_check_as_json(tmp_path, capsys):
    bad = tmp_path / "cabin.yaml"
    bad.write_text("recogniser: {}\n")
    assert run("check", "--json", str(bad)) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["ok"]) == (str(bad), False)
    assert told["problems"][0]["where"] == f"{bad}:1"


def test_check_without_files_takes_those_in_use(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    assert run("check") == 0
    assert "built-in defaults" in capsys.readouterr().out
    (tmp_path / "vehicle.yaml").write_text("")
    assert run("check") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'vehicle.yaml'}: ok\n"


def test_show_with_origins(tmp_path, capsys, monkeypatch):
    file = tmp_path / "cabin.yaml"
    file.write_text("recognizer:\n  threads: 2\n")
    monkeypatch.setenv("CABIN_CONFIG", str(file))
    monkeypatch.setenv("CABIN_PARSER_THREADS", "3")
    assert run("show", "--origin") == 0
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in capsys.readouterr().out.splitlines()}
    assert rows["recognizer.threads"] == ["2", f"{file}:2"]
    assert rows["parser.threads"] == ["3", "environment CABIN_PARSER_THREADS"]
    assert rows["recognizer.name"] == ["moonshine", "built-in"]
    assert rows["vehicle.interface"] == ["simulated", "built-in"]


def test_show_a_part(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    assert run("show", "recognizer", "--json") == 0
    keys = [json.loads(line)["key"] for line in capsys.readouterr().out.splitlines()]
    assert {f"recognizer.{name}" for name in ("name", "model", "n_best", "threads", "bias.strength")} <= set(keys)
    assert all(key.startswith("recognizer.") for key in keys)
    assert run("show", "recogniser") == 2
    assert "Did you mean 'recognizer'" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["cabin.yaml", "vehicle.yaml", "budgets"])
def test_schema(file, capsys):
    assert run("schema", file) == 0
    assert json.loads(capsys.readouterr().out)["title"] == file
