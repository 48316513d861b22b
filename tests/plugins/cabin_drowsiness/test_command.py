from __future__ import annotations

from click.testing import CliRunner

from cabin.vehicle.recording import load_recording
from cabin_drowsiness.command import make_drive


def test_writes_a_recording(tmp_path):
    out = tmp_path / "drive.jsonl"
    result = CliRunner().invoke(make_drive, ["asleep", "--minutes", "2", "--seed", "3", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert load_recording(out)[-1].t > 100_000


def test_a_kind_that_there_is_not(tmp_path):
    result = CliRunner().invoke(make_drive, ["sleepy", "--out", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "drowsy" in result.output
