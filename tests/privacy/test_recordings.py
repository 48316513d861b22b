from __future__ import annotations

import json
import os
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.audio.wav import read_sound
from cabin.privacy import recordings as module
from cabin.privacy.recordings import Recordings, Usage

SOUND = np.full(1600, 0.25, dtype=np.float32)
NOW_S = 1_790_000_000.0
DAY_S = 86_400.0


@pytest.fixture
def kept(tmp_path):
    return Recordings(tmp_path / "deep" / "recordings", 7.0, 1.0)


def names(recordings):
    return sorted(path.name for path in recordings.folder.iterdir())


def test_sound_and_words_under_one_name_for_the_owner_alone(kept):
    name = kept.write(SOUND, {"turn": {"text": "öffne das Fenster"}}, NOW_S)
    assert names(kept) == [f"{name}.json", f"{name}.wav"]
    assert read_sound(kept.folder / f"{name}.wav").samples == pytest.approx(SOUND, abs=1e-3)
    told = json.loads((kept.folder / f"{name}.json").read_text(encoding="utf-8"))
    assert told["turn"]["text"] == "öffne das Fenster"
    assert told["at"].startswith("2026-")
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.folder.iterdir()} == {0o600}
    assert kept.usage().utterances == 1
    assert kept.usage().oldest_s == pytest.approx(NOW_S)


def test_old_ones_are_removed_whatever_was_said_since(kept):
    kept.write(SOUND, {}, NOW_S)
    kept.write(SOUND, {}, NOW_S + 3 * DAY_S)
    assert kept.prune(NOW_S + 6.9 * DAY_S) == 0
    assert kept.prune(NOW_S + 7.1 * DAY_S) == 1
    assert kept.usage().utterances == 1
    assert kept.prune(NOW_S + 11 * DAY_S) == 1
    assert names(kept) == []


def test_the_oldest_make_room(tmp_path):
    kept = Recordings(tmp_path, 7.0, 0.012)  # three of these sounds, and a little
    written = [kept.write(SOUND, {}, NOW_S + number) for number in range(6)]
    assert {name.rpartition(".")[0] for name in names(kept)} == set(written[-3:])
    assert kept.usage().size_bytes <= 12_000


def test_what_a_killed_process_left_is_removed(kept):
    kept.write(SOUND, {}, NOW_S)
    for name in (".utterance-x.wav.abc", "utterance-20260101T000000.000Z-0001.wav"):
        (kept.folder / name).write_bytes(b"half")
        os.utime(kept.folder / name, (NOW_S, NOW_S))
    kept.prune(NOW_S + 10)
    assert len(names(kept)) == 4  # they may be on their way
    kept.prune(NOW_S + 100)
    assert len(names(kept)) == 2


def test_other_peoples_files_stay(kept):
    kept.write(SOUND, {}, NOW_S)
    (kept.folder / "notes.txt").write_text("mine", encoding="utf-8")
    (kept.folder / "song.wav").write_text("mine", encoding="utf-8")
    assert kept.purge().utterances == 1
    kept.prune(NOW_S + 1000 * DAY_S)
    assert names(kept) == ["notes.txt", "song.wav"]
    assert kept.usage() == Usage()


def test_a_disk_that_is_full_leaves_nothing_half(kept, monkeypatch):
    kept.write(SOUND, {}, NOW_S)
    before = names(kept)
    real = os.replace

    def full(source, target, *rest):
        if str(target).endswith(".json"):
            raise OSError(28, "No space left on device")
        return real(source, target, *rest)

    monkeypatch.setattr(module.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        kept.write(SOUND, {}, NOW_S + 1)
    assert names(kept) == before


def test_no_folder_no_recordings(tmp_path):
    kept = Recordings(tmp_path / "none", 7.0, 1.0)
    assert (kept.usage(), kept.purge(), kept.prune(NOW_S)) == (Usage(), Usage(), 0)
    assert not kept.folder.exists()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3000)), max_size=12), st.integers(1, 10))
def test_never_more_and_never_older_than_allowed(tmp_path_factory, writes, days):
    kept = Recordings(tmp_path_factory.mktemp("kept"), days, 0.02)
    now_s = NOW_S
    for wait_days, samples in writes:
        now_s += wait_days * DAY_S
        kept.write(SOUND[:1].repeat(samples), {}, now_s)
        usage = kept.usage()
        assert usage.size_bytes <= 20_000
        assert usage.oldest_s is None or now_s - usage.oldest_s <= days * DAY_S
