"""`cabin bench noise`: its options, its output, and going on."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cabin import assembly
from cabin.audio.wav import read_sound, write_wav
from cabin.bench.noise import spoken
from cabin.messages import SAMPLE_RATE_HZ
from tests.bench.noise.conftest import Ears


@pytest.fixture
def bench(cabin, small_catalog_dir, tmp_path, monkeypatch):
    """Run the command on the small catalog; all speech is a tone, and ears hear the name of what is played."""

    def speak(self, sayings, told=lambda done, of: None):
        missing = self.missing(sayings)
        for saying in missing:
            path = self.path(saying)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_wav(path, (0.4 * np.sin(np.arange(SAMPLE_RATE_HZ) / 5)).astype(np.float32))
        return len(missing)

    monkeypatch.setattr(spoken, "default_folder", lambda: tmp_path / "spoken")
    monkeypatch.setattr(spoken.SpeechStore, "speak", speak)
    monkeypatch.setattr(assembly, "open_hearing", lambda *_: Ears(lambda utterance: utterance.source))

    def run(*arguments):
        options = ("--model", "none", "--catalog", small_catalog_dir)
        return cabin("bench", "noise", *options, *arguments, small=False)

    return run


def test_a_line_for_each_trial_and_the_figures_after_them(bench):
    code, rows, _ = bench("--bias", "off", "--limit", 3, "--snr", "quiet,0", "--speed", "50,100", "--json")
    assert code == 0
    trials, figures = [row for row in rows if "name" in row], [row["figures"] for row in rows if "figures" in row]
    assert len(trials) == 12
    assert {row["outcome"] for row in trials} == {"right"}
    assert [(each["speed_kph"], each["snr"], each["accepted"]) for each in figures] == [
        (speed, snr, 100.0) for speed in (50.0, 100.0) for snr in ("quiet", "0")
    ]


def test_a_table_for_people(bench):
    code, out, _ = bench("--limit", 2, "--snr", "10", "--bias", "off")
    assert code == 0
    head, row = out.splitlines()
    assert head.startswith("bias\tkm/h\tdB\ttrials\taccepted %")
    assert row.startswith("off\t100\t10\t2\t100.0")


def test_a_run_goes_on_and_more_may_be_asked_for(bench, tmp_path):
    out, page = tmp_path / "r.jsonl", tmp_path / "noise.html"
    assert bench("--limit", 2, "--snr", "10", "--out", out)[0] == 0
    code, rows, _ = bench("--limit", 4, "--snr", "10", "--out", out, "--resume", "--page", page, "--json")
    assert code == 0
    assert len([row for row in rows if "name" in row]) == 2
    assert rows[-1]["figures"]["trials"] == 4
    assert len(out.read_text().splitlines()) == 5
    assert "<svg" in page.read_text()
    code, _, told = bench("--limit", 2, "--snr", "10", "--out", out, "--resume", "--level", "-40")
    assert code == 2
    assert "other settings" in told


def test_a_sample_to_listen_to(bench, tmp_path):
    code, _, told = bench("--snr", "10,0", "--sources", "rain,wipers", "--listen", tmp_path / "rain.wav")
    assert code == 0
    assert "rain.wav" in told
    assert read_sound(tmp_path / "rain.wav").duration_s == pytest.approx(6 * 3.3)


def test_recordings_with_labels(bench, tmp_path):
    write_wav(tmp_path / "open the trunk", (0.4 * np.sin(np.arange(8000) / 5)).astype(np.float32))
    label = {"file": "open the trunk", "intent": "open", "slots": {}}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label), encoding="utf-8")
    code, rows, _ = bench("--recordings", tmp_path, "--snr", "10", "--json")
    assert code == 0
    assert (rows[0]["name"], rows[0]["outcome"], rows[0]["text_outcome"]) == ("open the trunk", "right", "")


def test_chatter_without_and_with_music(bench, tmp_path):
    talk = tmp_path / "talk.txt"
    talk.write_text("\n".join(f"so what number {number}" for number in range(8)), encoding="utf-8")
    page = tmp_path / "chatter.html"
    code, rows, _ = bench("--chatter", 1, "--sentences", talk, "--snr", "10", "--page", page, "--json")
    assert code == 0
    assert [row["music"] for row in rows if "seconds" in row] == [False, True]
    assert [row["figures"]["acts"] for row in rows if "figures" in row] == [0, 0]
    assert "acts an hour" in page.read_text()
    assert bench("--chatter", 1, "--sentences", talk, "--listen", tmp_path / "talk.wav")[0] == 0
    assert read_sound(tmp_path / "talk.wav").duration_s > 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--snr", "loud,99"], ["'loud'", "'99'"]),
        (["--snr", ","], ["--snr"]),
        (["--speed", "fast"], ["--speed", "0 to 300"]),
        (["--sources", "tires"], ["tyres"]),
        (["--bias", "stron"], ["strong"]),
        (["--voices", "keptt"], ["kept"]),
        (["--band", "wid"], ["wide"]),
        (["--weighting", "b"], ["flat, a"]),
        (["--resume"], ["--out"]),
        (["--out", "no/such/folder/r.jsonl"], ["--out"]),
        (["--chatter", "1"], ["--sentences"]),
        (["--recordings", "no/such"], ["labels.jsonl"]),
    ],
)
def test_wrong_use_is_told_before_anything_is_heard(bench, arguments, words):
    code, _, told = bench(*arguments)
    assert code == 2
    assert all(word in told for word in words), told
