from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from cabin.cli.main import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of its own with a list of two models: one that can be had, one whose site is out of reach."""
    archive = tmp_path / "small.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("weights.bin", b"weights")
    data = archive.read_bytes()
    entry = """
  {name}:
    purpose: tests
    licence: MIT
    attribution: nobody
    sources:
      - url: {url}
        archive: small.zip
        sha256: {sha}
        bytes: {size}
        files: [{{path: weights.bin, sha256: {file_sha}, bytes: 7}}]
"""
    values = {
        "sha": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "file_sha": hashlib.sha256(b"weights").hexdigest(),
    }
    models = tmp_path / "models"
    models.mkdir()
    (models / "models.yaml").write_text(
        "models:"
        + entry.format(name="small", url=archive.as_uri(), **values)
        + entry.format(name="far", url="http://127.0.0.1:9/small.zip", **values)
    )
    monkeypatch.setenv("CABIN_MODELS", str(models))
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "")
    return models


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["models", *arguments])
    return int(left.value.code or 0)


def test_get_list_verify(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("get", "small") == 0
    out = capsys.readouterr()
    assert "made in" in out.out
    assert "fetching" in out.err
    assert run("get", "small") == 0
    assert "is already in" in capsys.readouterr().out
    assert run("list", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["model"]: row["state"] for row in rows} == {"small": "ok", "far": "absent"}
    assert run("verify") == 0
    assert capsys.readouterr().out.startswith("small\tok")
    (home / "small" / "weights.bin").write_bytes(b"Weights")
    assert run("verify", "--json") == 1
    out = capsys.readouterr()
    assert json.loads(out.out)["state"] == "damaged"
    assert "cabin models get small" in out.err


def test_one_out_of_reach_does_not_keep_the_others(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("get", "far", "small", "--json") == 1
    out = capsys.readouterr()
    assert [json.loads(line)["model"] for line in out.out.splitlines()] == ["small"]
    assert "cannot fetch http://127.0.0.1:9/small.zip" in out.err
    assert "put it into" in out.err
    assert not (home / "far").exists()


def test_a_model_asked_for_by_name_must_be_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "far") == 1
    assert "far is absent" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["get", "verify"])
def test_a_wrong_name_says_the_nearest(home: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(command, "smal") == 2
    assert "Did you mean 'small'" in capsys.readouterr().err


def test_the_table_in_a_pipe_is_tab_separated(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t")[:2] == ["model", "state"]
    assert len(lines) == 3


def test_a_list_with_mistakes_names_file_and_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "models.yaml").write_text("models:\n  x:\n    purpse: y\n")
    assert run("list") == 2
    assert "models.yaml:3" in capsys.readouterr().err


def test_get_wants_a_name(home: Path) -> None:
    assert run("get") == 2
