from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from cabin.audio.wav import read_sound
from scripts.voices.demo_recordings import main, make_recording
from scripts.voices.noise import a_weighted_db, speech_level_db


def test_silence_and_noise_need_no_voice() -> None:
    assert not make_recording({"file": "a.wav", "silence_s": 0.5}).any()
    noise = make_recording(
        {"file": "a.wav", "silence_s": 2.0, "noise": {"level_db": -30, "speed_kph": 90, "rpm": 2000}}
    )
    assert a_weighted_db(noise) == pytest.approx(-30, abs=0.1)


def test_a_recording_is_the_same_each_time() -> None:
    pytest.importorskip("hibari")
    entry = {"file": "a.wav", "text": "open it", "noise": {"snr_db": 5, "speed_kph": 90, "rpm": 2000}}
    assert np.array_equal(make_recording(entry), make_recording(entry))


def test_two_sentences_have_their_pause_between() -> None:
    pytest.importorskip("hibari")
    one = make_recording({"file": "a.wav", "text": "open it"})
    both = make_recording({"file": "a.wav", "text": "open it", "then": {"silence_s": 2.0, "text": "open it"}})
    assert len(both) == 2 * len(one) - round(0.3 * 16_000) + 2 * 16_000
    assert speech_level_db(both) == pytest.approx(speech_level_db(one), abs=0.5)


def test_recordings_are_put_beside_their_list(tmp_path: Path) -> None:
    entries = [{"file": "one.wav", "silence_s": 0.2}, {"file": "two.wav", "silence_s": 0.4}]
    (tmp_path / "list.yaml").write_text(yaml.safe_dump({"recordings": entries}))
    assert main([str(tmp_path / "list.yaml")]) == 0
    assert read_sound(tmp_path / "two.wav").duration_s == pytest.approx(0.4)
    (tmp_path / "one.wav").unlink()
    (tmp_path / "two.wav").unlink()
    assert main([str(tmp_path / "list.yaml"), "--only", "one.wav"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.yaml", "one.wav"]


def test_an_unknown_voice_ends_with_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.yaml").write_text("recordings: [{file: a.wav, text: open it, voice: nobody}]")
    assert main([str(tmp_path / "list.yaml")]) == 2
    assert "unknown voice" in capsys.readouterr().err
    assert not (tmp_path / "a.wav").exists()
