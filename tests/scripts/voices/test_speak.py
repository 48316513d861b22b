from __future__ import annotations

from pathlib import Path

import pytest

from cabin.audio.wav import read_sound
from scripts.voices.noise import a_weighted_db
from scripts.voices.speak import main


def test_a_text_becomes_a_file_with_noise_where_wanted(tmp_path: Path) -> None:
    pytest.importorskip("hibari")
    assert main(["open it", "--out", str(tmp_path / "quiet.wav")]) == 0
    assert main(["open it", "--snr", "5", "--out", str(tmp_path / "noisy.wav")]) == 0
    quiet, noisy = read_sound(tmp_path / "quiet.wav").samples, read_sound(tmp_path / "noisy.wav").samples
    assert len(quiet) == len(noisy)
    assert a_weighted_db(noisy[:3_000]) > a_weighted_db(quiet[:3_000]) + 30


def test_wrong_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open it", "--voice", "nobody", "--out", str(tmp_path / "a.wav")]) == 2
    assert "unknown voice" in capsys.readouterr().err
