"""`cabin run`: what it refuses before anything is started, and a run over a file to its end."""

from __future__ import annotations

import pytest

from cabin.cli.main import main


def refused(*arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["run", *arguments])
    return caught.value.code, capsys.readouterr().err


def test_no_audio_and_a_source_do_not_go_together(capsys):
    code, told = refused("--no-audio", "--source", "file:x.wav", capsys=capsys)
    assert code == 2
    assert "do not go together" in told


def test_what_is_no_source_is_told_with_what_would_be_one(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_CONTROL_SOCKET", str(tmp_path / "c"))
    code, told = refused("--source", "radio", capsys=capsys)
    assert code == 2
    assert "file:PATH" in told


def test_a_file_that_is_not_there(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_CONTROL_SOCKET", str(tmp_path / "c"))
    code, told = refused("--source", f"file:{tmp_path}/none.wav", capsys=capsys)
    assert code == 2
    assert "no such file" in told
    assert not (tmp_path / "c").exists()
