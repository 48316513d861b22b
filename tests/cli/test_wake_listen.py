"""`cabin wake test` and `listen`: a line for each stretch of speech."""

from __future__ import annotations

import numpy as np
import pytest

from cabin import assembly
from cabin.audio.wav import write_wav
from tests.wake.test_hearing import Inner, sound


@pytest.fixture
def speech(tmp_path, monkeypatch):
    """Write a file in which three things are said, the second to the car; loudness stands for words."""
    monkeypatch.setattr(assembly, "open_hearing", lambda *_: Inner())
    write_wav(tmp_path / "speech.wav", sound((0.8, 2.0), (0.7, 1.0), (0.6, 1.0)))
    return tmp_path / "speech.wav"


def test_each_stretch_of_a_file(cabin, speech):
    code, out, _ = cabin("wake", "test", "--recognizer", "--phrase", "hey car", speech, small=False)
    assert code == 0
    name, *lines = out.splitlines()
    assert name == str(speech)
    assert [("WOKEN" in line, "not let through" in line) for line in lines] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    assert "1.00" in lines[1]
    assert "'open the window'" in lines[1]


def test_as_json_with_scores_over_time(cabin, speech):
    code, told, _ = cabin("wake", "test", "--recognizer", "--json", speech, small=False)
    assert code == 0
    assert [each["woken"] for each in told] == [False, True, False]
    assert {each["file"] for each in told} == {str(speech)}
    assert max(score for _, score in told[1]["scores"]) == 1.0


def test_a_file_that_is_not_there_is_told_and_the_next_is_heard(cabin, speech):
    code, out, err = cabin("wake", "test", "--recognizer", "missing.wav", speech, small=False)
    assert code == 1
    assert "missing.wav" in err
    assert "WOKEN" in out


def test_live_from_a_file(cabin, speech):
    code, told, _ = cabin("wake", "listen", "--recognizer", "--source", f"file:{speech}", "--json", small=False)
    assert code == 0
    assert [each["woken"] for each in told] == [False, True, False]


def test_live_ends_when_its_time_is_over(cabin, speech):
    code, told, _ = cabin(
        "wake", "listen", "--recognizer", "--seconds", "0.1", "--source", f"file:{speech}", "--json", small=False
    )
    assert code == 0
    assert len(told) <= 1


def test_nothing_to_listen_to(cabin, speech):
    code, _, err = cabin("wake", "listen", "--recognizer", "--source", "none", small=False)
    assert code == 2
    assert "--source" in err


def test_silence_in_the_file(cabin, speech, tmp_path):
    write_wav(tmp_path / "silence.wav", np.zeros(8000, dtype=np.float32))
    assert cabin("wake", "test", "--recognizer", "--json", tmp_path / "silence.wav", small=False)[1] == []
