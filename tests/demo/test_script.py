from __future__ import annotations

import pytest

from cabin.demo.script import DemoEntry, ExpectedCommand, load_script
from cabin.errors import ConfigError


def test_the_bundled_recordings_cover_what_the_demo_promises():
    entries = load_script()
    assert len(entries) >= 12
    assert all(entry.file.is_file() and entry.text for entry in entries)
    assert {"chatter", "question"} <= {entry.refused for entry in entries}
    assert len({entry.voice for entry in entries}) >= 3
    assert any(entry.noise for entry in entries)
    assert any(entry.car.get("Vehicle.Speed", 0) > 0 and entry.status == ("refused",) for entry in entries)


def test_an_entry(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x")
    (tmp_path / "demo.yaml").write_text(
        "recordings:\n"
        "- {file: a.wav, text: hi, voice: v, noise: {snr_db: 5}, car: {Vehicle.Speed: 50},\n"
        "   expect: [{intent: a.b, slots: {value: 3}}], status: [done]}\n",
        encoding="utf-8",
    )
    expected = (ExpectedCommand("a.b", {"value": 3}),)
    entry = DemoEntry(tmp_path / "a.wav", "hi", "v", {"snr_db": 5}, {"Vehicle.Speed": 50}, expected, None, ("done",))
    assert load_script(tmp_path / "demo.yaml") == (entry,)


def test_all_mistakes_at_once(tmp_path):
    (tmp_path / "demo.yaml").write_text(
        "recordings:\n"
        "- {file: gone.wav, expect: [{intent: a.b}]}\n"
        "- {file: gone.wav, refused: nonsense, stats: [done]}\n"
        "- {file: gone.wav, status: [dun]}\n"
        "- 3\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_script(tmp_path / "demo.yaml")
    told = str(caught.value)
    for part in ("demo.yaml:2", "no such recording", "unknown refusal", "'status'?", "unknown status", "demo.yaml:5"):
        assert part in told


@pytest.mark.parametrize("text", ["", "recordings: []", "recordings: 3", "[]"])
def test_nothing_to_play(tmp_path, text):
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="recordings"):
        load_script(tmp_path / "demo.yaml")
