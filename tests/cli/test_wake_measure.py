"""`cabin wake measure` on the command line; what it counts is tested in tests/wake/test_measure.py."""

from __future__ import annotations

import pytest

from cabin import assembly
from cabin.bench.noise import spoken
from cabin.wake import measure
from cabin.wake.measure import Missed, PhraseFigures, TalkFigures
from tests.wake.test_hearing import Inner


@pytest.fixture
def figures(monkeypatch, tmp_path):
    """Stand in for the listening."""
    asked = []
    monkeypatch.setattr(spoken, "default_folder", lambda: tmp_path / "spoken")
    monkeypatch.setattr(assembly, "open_hearing", lambda *_: None)

    def phrase(_hearing, _store, sayings, snr, speed):
        asked.append((snr, speed, len(sayings)))
        return PhraseFigures(snr, speed, 40, 1, 2, 5.0, (Missed("hey car", "am_onyx", 1.0, True),))

    def talk(_chain, _store, passages, snr, speed, music):
        return TalkFigures(snr, speed, music, 0.5, 300, 290, 4, 1, 0, 2.0, 7.5)

    monkeypatch.setattr(measure, "measure_phrase", phrase)
    monkeypatch.setattr(measure, "measure_talk", talk)
    monkeypatch.setattr(measure, "measure_silence", lambda *_: 0.4)
    from cabin.cli import wake_measure

    class Chain:
        def load(self):
            pass

        def close(self):
            asked.append("closed")

    monkeypatch.setattr(wake_measure, "wake_chain", lambda *_: (Chain(), Inner()))
    return asked


def test_misses_in_quiet_and_noise(cabin, figures):
    code, out, _ = cabin("wake", "measure", "--recognizer", "--no-speak", "--snr", "6", small=False)
    assert code == 0
    assert figures == [("quiet", 100.0, 0), ("6", 100.0, 0), "closed"]
    for part in ("6 dB", "5 %", "0.4 % of a core"):
        assert part in out


def test_talk_as_json(cabin, figures, tmp_path):
    (tmp_path / "talk.txt").write_text("what a lovely day\n", encoding="utf-8")
    code, (told,), _ = cabin(
        *("wake", "measure", "--recognizer", "--no-speak", "--music", "--json"),
        *("--text", tmp_path / "talk.txt"),
        small=False,
    )
    assert code == 0
    assert told["detector"] == "recognizer"
    assert (told["talk"][0]["woken_per_hour"], told["talk"][0]["music"]) == (2.0, True)
    assert told["said"][0]["misses"][0]["voice"] == "am_onyx"


def test_talk_in_words(cabin, figures, tmp_path):
    (tmp_path / "talk.txt").write_text("what a lovely day\n", encoding="utf-8")
    _, out, _ = cabin("wake", "measure", "--recognizer", "--no-speak", "--text", tmp_path / "talk.txt", small=False)
    assert "0.50 h of talk: 1 false wakes (2 an hour), 0 acts; 7.5 % of a core" in out
