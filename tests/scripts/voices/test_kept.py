"""The voices kept from all tuning."""

from __future__ import annotations

from pathlib import Path

import yaml

from scripts.voices.fetch import SPEAKERS
from scripts.voices.kept import KEPT_SPEAKERS, OPEN_SPEAKERS

ROOT = Path(__file__).resolve().parents[3]


def test_eight_are_kept_and_twenty_are_open():
    assert len(KEPT_SPEAKERS) == 8
    assert len(OPEN_SPEAKERS) == 20
    assert sorted(KEPT_SPEAKERS + OPEN_SPEAKERS) == sorted(SPEAKERS)


def test_men_and_women_american_and_british_are_among_both():
    for speakers in (KEPT_SPEAKERS, OPEN_SPEAKERS):
        assert {speaker[:2] for speaker in speakers} == {"af", "am", "bf", "bm"}


def test_no_kept_voice_speaks_in_the_bundled_recordings():
    heard = yaml.safe_load((ROOT / "cabin/demo/recordings/demo.yaml").read_text())["recordings"]
    assert not {entry.get("voice") for entry in heard} & set(KEPT_SPEAKERS)
