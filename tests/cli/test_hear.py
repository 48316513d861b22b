from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin import assembly, paths
from cabin.audio.wav import write_wav
from cabin.messages import Hypothesis, Transcript, Utterance

FIXTURES = Path(__file__).parents[1] / "fixtures"
KEYS = ["file", "start_s", "end_s", "transcript", "text", "commands", "refused", "ms", "outcomes", "reply"]


class Ears:
    """Hears "open the trunk" in every sound that is not silent."""

    def load(self):
        pass

    def close(self):
        pass

    def utterances(self, blocks, source):
        for block in blocks:
            if np.abs(block).max() > 0.1:
                yield Utterance(block, 0.25, 1.25, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis("open the trunk", -1.0),), "ears")


@pytest.fixture
def sounds(tmp_path, monkeypatch):
    """Return a loud and a silent file, half a second each, heard by `Ears`."""
    monkeypatch.setattr(assembly, "open_hearing", lambda *_: Ears())
    loud = 0.5 * np.sin(np.arange(8000) / 5).astype(np.float32)
    write_wav(tmp_path / "loud.wav", loud)
    write_wav(tmp_path / "silent.wav", np.zeros(8000, dtype=np.float32))
    return tmp_path / "loud.wav", tmp_path / "silent.wav"


def test_what_was_heard_understood_and_done(cabin, sounds):
    code, out, _ = cabin("hear", sounds[0])
    assert code == 0
    for part in ("loud.wav", "heard       open the trunk", "trunk.open", "IsOpen: false -> true", "recognize"):
        assert part in out


def test_json_has_the_file_the_transcript_and_the_stages(cabin, sounds):
    code, (turn,), _ = cabin("hear", "--json", sounds[0])
    assert (code, list(turn), turn["file"], turn["transcript"]) == (0, KEYS, str(sounds[0]), "open the trunk")
    assert (turn["start_s"], turn["end_s"]) == (0.25, 1.25)
    assert list(turn["ms"]) == ["listen", "recognize", "parse", "policy", "act", "total"]


def test_silence_gives_an_empty_transcript(cabin, sounds):
    code, (turn,), _ = cabin("hear", "--json", sounds[1])
    assert (code, turn["transcript"], turn["commands"], turn["refused"], turn["reply"]) == (0, "", [], "chatter", "")


def test_files_follow_each_other_in_one_car(cabin, sounds):
    _, turns, _ = cabin("hear", "--json", sounds[0], sounds[0])
    assert [turn["outcomes"][0]["changes"][0]["before"] for turn in turns] == [False, True]


def test_a_file_that_cannot_be_read_is_told_and_the_next_is_heard(cabin, sounds, tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound at all", encoding="utf-8")
    (tmp_path / "short.wav").write_bytes(sounds[0].read_bytes()[:30])
    files = [tmp_path / name for name in ("gone.wav", "empty.wav", "text.wav", "short.wav")]
    code, turns, err = cabin("hear", "--json", *files, sounds[0])
    assert code == 1
    assert ["error" in turn for turn in turns] == [True] * 4 + [False]
    assert [Path(turn["file"]).name for turn in turns[:4]] == [file.name for file in files]
    assert all(file.name in err for file in files)
    assert "Traceback" not in err


def test_no_file_is_wrong_use(cabin):
    assert cabin("hear")[0] == 2


@pytest.mark.skipif(
    not any(paths.models_dir("moonshine-base-en").glob("*")) or not paths.models_dir("silero-vad").is_dir(),
    reason="the recognizer's model is not here: cabin models get moonshine-base-en",
)
def test_a_real_recording_moves_the_car(cabin, monkeypatch):
    monkeypatch.setenv("CABIN_VEHICLE_TIMES_COMMAND_DEADLINE_MS", "60000")  # a busy machine is not what is tested
    files = (FIXTURES / "open-window.wav", FIXTURES / "silence.wav")
    code, turns, _ = cabin("hear", "--json", "--model", "none", *files, small=False)
    assert code == 0
    assert turns[0]["transcript"].replace("\u2019", "'") == "open the driver's window"
    assert turns[0]["outcomes"][0]["status"] == "done"
    assert turns[1]["transcript"] == ""
