"""Speech is said once and found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cabin.bench.noise import spoken
from cabin.bench.noise.spoken import Saying, default_folder
from cabin.errors import UsageError

SAYING = Saying("open the window", "hibari")


def test_all_that_makes_the_sound_makes_the_name():
    others = [replace(SAYING, text="open"), replace(SAYING, voice="af_sky"), replace(SAYING, speed=1.1)]
    assert len({each.key for each in (SAYING, *others)}) == 4
    assert SAYING.key == Saying("open the window", "hibari", 1).key


def test_what_is_missing_is_told_once(store, say):
    there, missing = say(SAYING), replace(SAYING, text="close it")
    assert store.missing([missing, there, missing]) == [missing]
    assert len(store.read(there)) == 8000


def test_it_is_spoken_by_a_program_of_its_own_and_only_once(store):
    pytest.importorskip("hibari")
    told = []
    assert store.speak([SAYING], lambda done, of: told.append((done, of))) == 1
    assert told == [(1, 1)]
    assert len(store.read(SAYING)) > 8000
    assert store.speak([SAYING]) == 0


def test_voices_that_cannot_speak_are_told(store, monkeypatch):
    monkeypatch.setattr(spoken, "_PROGRAM", "scripts.voices.no_such_program")
    with pytest.raises(UsageError) as caught:
        store.speak([SAYING])
    assert "no_such_program" in str(caught.value)
    assert "scripts.voices.fetch" in str(caught.value)


def test_an_installed_cabin_has_no_voices(monkeypatch, tmp_path):
    assert default_folder().parts[-3:] == (".cache", "voices", "spoken")
    monkeypatch.setattr(spoken, "checkout_dir", lambda: tmp_path)
    with pytest.raises(UsageError, match="checkout"):
        default_folder()
