from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cabin import assembly, paths
from cabin.audio.wav import write_wav
from cabin.demo import script
from cabin.demo.script import DemoEntry, ExpectedCommand
from cabin.messages import Hypothesis, Transcript, Utterance


class Ears:
    """Hears what the file's name says."""

    def load(self):
        pass

    def close(self):
        pass

    def utterances(self, blocks, source):
        for block in blocks:
            yield Utterance(block, 0.0, 0.5, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis(utterance.source.removesuffix(".wav").replace("-", " "), -1.0),), "ears")


@pytest.fixture
def play(cabin, tmp_path, monkeypatch):
    """Run `cabin demo` over two recordings; the first is as it must be, the second if `right`."""

    def play(*arguments, right=True):
        file = tmp_path / "open-the-driver-window.wav"
        write_wav(file, (0.5 * np.sin(np.arange(8000) / 5)).astype(np.float32))
        slots = {"position": "driver"}
        entry = DemoEntry(
            file, "open the driver window", "v", {}, {}, (ExpectedCommand("window.open", slots),), None, ("done",)
        )
        second = entry if right else dataclasses.replace(entry, expect=(ExpectedCommand("window.close", slots),))
        monkeypatch.setattr(script, "load_script", lambda: (entry, second))
        monkeypatch.setattr(assembly, "open_hearing", lambda *_: Ears())
        return cabin("demo", "--model", "none", *arguments, small=False)

    return play


def test_all_right_is_exit_code_0(play):
    code, out, _ = play()
    assert code == 0
    for part in (
        "right",
        "heard       open the driver window",
        "recognize",
        "p95 ms",
        "2 of 2 as they must be",
        "peak memory",
    ):
        assert part in out


def test_anything_wrong_is_exit_code_1_and_told(play):
    code, out, _ = play(right=False)
    assert code == 1
    assert "commands: window.open position=driver, not window.close position=driver" in out
    assert "1 of 2 as they must be" in out


def test_json(play):
    code, lines, _ = play("--json")
    assert code == 0
    assert [line.get("right") for line in lines] == [True, True, None]
    assert lines[0]["turns"][0]["outcomes"][0]["status"] == "done"
    summary = lines[2]["summary"]
    assert (summary["right"], summary["recordings"], summary["peak_memory_mib"] > 5) == (2, 2, True)
    assert summary["ms"].keys() == {"listen", "recognize", "parse", "policy", "act", "total"}


def test_html(play, tmp_path):
    page = tmp_path / "demo.html"
    code, _, err = play("--html", page)
    assert (code, f"written: {page}" in err) == (0, True)
    assert "2 of 2" in page.read_text(encoding="utf-8")


@pytest.mark.skipif(
    not any(paths.models_dir("moonshine-base-en").glob("*"))
    or not (paths.models_dir("intent") / "model.json").is_file(),
    reason="needs the recognizer's model (cabin models get moonshine-base-en) and the intent model",
)
def test_the_bundled_recordings_come_out_as_they_must(cabin):
    code, lines, _ = cabin("demo", "--json", small=False)
    wrong = {line["recording"]: line["differences"] for line in lines if line.get("right") is False}
    assert (wrong, code) == ({}, 0)
