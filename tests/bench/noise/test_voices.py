"""Who speaks."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cabin.bench.noise.voices import HIBARI, KEPT, KOKORO, TUNING, VOICES, choose_voices
from cabin.errors import UsageError
from scripts.voices import fetch, speech

ROOT = Path(__file__).resolve().parents[3]


def test_the_names_are_those_of_the_voices_that_there_are():
    assert KOKORO == fetch.SPEAKERS
    assert set(VOICES) == set(speech.VOICES)
    assert HIBARI == speech.HIBARI


def test_eight_of_28_are_kept_and_the_rest_is_for_tuning():
    assert len(KOKORO) == 28
    assert len(set(KEPT)) == 8
    assert set(KEPT) < set(KOKORO)
    assert set(TUNING) == set(VOICES) - set(KEPT)


def test_kept_and_tuning_have_every_kind_of_voice():
    kinds = {"af", "am", "bf", "bm"}
    assert {voice[:2] for voice in KEPT} == {voice[:2] for voice in TUNING if voice != HIBARI} == kinds


def test_no_kept_voice_speaks_in_the_bundled_recordings():
    heard = yaml.safe_load((ROOT / "cabin/demo/recordings/demo.yaml").read_text(encoding="utf-8"))["recordings"]
    assert not {entry.get("voice") for entry in heard} & set(KEPT)


def test_groups_and_names_each_once():
    assert choose_voices(["bm_daniel", "kept", HIBARI]) == (*(v for v in KOKORO if v in KEPT), HIBARI)
    assert choose_voices(["all"]) == VOICES


def test_wrong_names_are_all_told():
    with pytest.raises(UsageError) as caught:
        choose_voices(["af_bela", "keptt", "kept"])
    assert [problem.seen for problem in caught.value.problems] == ["af_bela", "keptt"]
    assert "af_bella" in str(caught.value)
    with pytest.raises(UsageError):
        choose_voices([])
