from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.cli.main import main


@pytest.fixture
def folder(tmp_path) -> Path:
    """One recording in which nobody speaks and nothing is asked for."""
    found = tmp_path / "recordings"
    found.mkdir()
    write_wav(found / "a.wav", np.zeros(32_000, np.float32))
    (found / "labels.jsonl").write_text('{"file": "a.wav", "intent": null}\n', encoding="utf-8")
    return found


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as raised:
        main(["bench", "recordings", *arguments])
    return int(raised.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--snr", "loud"), "not a level of noise"),
        (("--snr", "quiet,900"), "not a level of noise"),
        (("--bias", "strnog"), "strong"),
        (("--resume",), "--out"),
    ],
)
def test_wrong_use_is_told(folder, capsys, arguments, told):
    assert run("--recordings", str(folder), *arguments) == 2
    assert told in capsys.readouterr().err


def test_results_are_not_written_over(folder, tmp_path, capsys):
    out = tmp_path / "r.jsonl"
    out.write_text("{}\n", encoding="utf-8")
    assert run("--recordings", str(folder), "--snr", "quiet", "--out", str(out)) == 2
    assert "--resume" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "{}\n"


def test_a_folder_without_labels_is_told(tmp_path, capsys):
    assert run("--recordings", str(tmp_path)) == 2
    assert "no labels" in capsys.readouterr().err


def test_resumed_results_are_reported(folder, tmp_path, capsys):
    """Everything is known already, so neither a recognizer nor a model is needed."""
    row = {"file": "a.wav", "bias": "off", "snr": "quiet", "right": True, "taken": False, "wanted": "", "got": ""}
    row |= {"heard": "", "evidence": None, "confidence": 0.0, "speech_s": 0.0, "recognize_ms": 0.0, "parse_ms": 0.0}
    row |= {"cpu_ms": 0.0, "readings": []}
    out = tmp_path / "r.jsonl"
    out.write_text(json.dumps(row) + '\n{"file": "b.w', encoding="utf-8")
    page = tmp_path / "page.html"
    wanted = ("--snr", "quiet", "--bias", "off", "--out", str(out), "--resume", "--page", str(page), "--json")
    assert run("--recordings", str(folder), *wanted) == 0
    found, means = map(json.loads, capsys.readouterr().out.splitlines())
    assert (found["others"], found["taken_percent"]) == (1, 0.0)
    assert means == {"mean_in_noise_percent": {"off": None}}
    assert out.read_text(encoding="utf-8") == json.dumps(row) + "\n"
    assert "<table>" in page.read_text(encoding="utf-8")
