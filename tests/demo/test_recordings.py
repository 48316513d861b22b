"""The bundled recordings are what their list says, and the list says nothing that cabin does not know."""

from __future__ import annotations

import wave
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cabin.audio.level import rms_dbfs
from cabin.audio.wav import read_sound
from cabin.messages import Refusal, Status

FOLDER = Path(str(resources.files("cabin.demo"))) / "recordings"
ENTRIES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "demo.yaml").read_text(encoding="utf-8"))["recordings"]


def test_every_recording_has_its_entry_and_all_are_small() -> None:
    files = sorted(FOLDER.glob("*.wav"))
    assert [file.name for file in files] == [entry["file"] for entry in ENTRIES]
    assert len(files) >= 14
    assert sum(file.stat().st_size for file in files) < 3_000_000


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_a_recording_is_plain_and_well_levelled(entry: dict[str, Any]) -> None:
    with wave.open(str(FOLDER / entry["file"])) as reader:
        assert reader.getparams()[:3] == (1, 2, 16_000)
    sound = read_sound(FOLDER / entry["file"])
    assert 1.0 < sound.duration_s < 6.0
    assert not sound.clipped
    assert -40 < rms_dbfs(sound.samples) < -10
    lead = sound.samples[:6_400]
    assert (rms_dbfs(lead) > -60) == ("noise" in entry), "noise is there exactly where the list says so"


def test_they_cover_what_the_demo_must_show() -> None:
    intents = {call["intent"].split(".")[0] for entry in ENTRIES for call in entry.get("expect", [])}
    assert {"temperature", "window", "seat_heating", "media", "navigation", "phone"} <= intents
    assert {entry["refused"] for entry in ENTRIES if "refused" in entry} >= {"chatter", "question", "out_of_scope"}
    assert any(len(entry.get("expect", [])) == 2 for entry in ENTRIES)
    assert any(entry["status"] == ["answered"] for entry in ENTRIES)
    moving = [entry for entry in ENTRIES if entry.get("car", {}).get("Vehicle.Speed", 0) > 0]
    assert any("expect" in entry and entry["status"] == ["refused"] for entry in moving), "unsafe while moving"
    assert {entry["noise"]["snr_db"] for entry in ENTRIES if "noise" in entry} == {5, 10}
    assert len({entry["voice"] for entry in ENTRIES}) >= 10
    assert "hibari" in {entry["voice"] for entry in ENTRIES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_expectations_use_known_words(entry: dict[str, Any]) -> None:
    assert ("expect" in entry) != ("refused" in entry)
    assert set(entry["status"]) <= set(get_args(Status))
    assert entry.get("refused", "question") in get_args(Refusal)
    assert len(entry["status"]) == len(entry.get("expect", [None]))
