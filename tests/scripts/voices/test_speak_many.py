"""Many texts said by one program."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cabin.audio.wav import read_sound
from scripts.voices.speak_many import main


def feed(monkeypatch: pytest.MonkeyPatch, *rows: object) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_each_line_becomes_a_file_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("hibari")
    row = {"text": "open it", "voice": "hibari", "speed": 1.0, "path": str(tmp_path / "a" / "one.wav")}
    feed(monkeypatch, row)
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [row["path"]]
    path = tmp_path / "a" / "one.wav"
    assert len(read_sound(path).samples) > 8000
    assert [file.name for file in path.parent.iterdir()] == ["one.wav"]
    path.write_bytes(b"as it was")
    feed(monkeypatch, row)
    assert main([]) == 0
    assert path.read_bytes() == b"as it was"


@pytest.mark.parametrize("line", ["no json", '{"text": "open it"}', '{"text": "x", "voice": "nobody", "speed": 1}'])
def test_wrong_lines_are_told_with_their_number(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, line)
    assert main([]) == 2
    assert "line 1" in capsys.readouterr().err


def test_an_unknown_voice_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, {"text": "x", "voice": "nobody", "speed": 1, "path": str(tmp_path / "x.wav")})
    assert main([]) == 2
    assert "unknown voice" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
