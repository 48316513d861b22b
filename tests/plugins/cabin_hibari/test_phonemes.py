"""The packed dictionaries say what hibari's own say, for every reply that cabin can give."""

from __future__ import annotations

from pathlib import Path

import pytest

hibari = pytest.importorskip("hibari", reason="hibari-tts is not installed")

from hibari.g2p import G2P  # noqa: E402

from cabin.budget.steps import _DOWN, _UP  # noqa: E402
from cabin.dialog.reply import REFUSALS  # noqa: E402
from cabin_hibari import phonemes  # noqa: E402
from cabin_hibari.phonemes import open_phonemes, packed_dictionaries  # noqa: E402

TEXTS = [
    *_DOWN.values(),
    *_UP.values(),
    *filter(None, REFUSALS.values()),
    "Setting the temperature to 21.5 degrees.",
    "He read the live record in the USA, Dr. Smith used to.",
    "Playing Zorblax by Björk & Co. at 70 mph, 50% of $3.20.",
    "I'm turning the A/C off; the rear-left window's at 3/4.",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def lean(cache):
    return open_phonemes(cache)


def test_the_same_phonemes_as_hibari_itself(lean):
    whole = G2P()
    assert {text: lean(text) for text in TEXTS} == {text: whole(text) for text in TEXTS}


def test_the_file_is_made_once_and_made_again_when_it_is_damaged(lean, cache, monkeypatch, caplog):
    (file,) = cache.glob("*.packed")
    assets = Path(hibari.tts.ASSETS)
    whole = file.read_bytes()
    made = []
    monkeypatch.setattr(phonemes, "_made", lambda assets: made.append(1) or whole)
    packed_dictionaries(assets, cache)
    assert made == []
    file.write_bytes(whole[: len(whole) // 2])
    assert packed_dictionaries(assets, cache).tables["gold"].get("window")
    assert made == [1]
    assert "is made again" in caplog.text
    assert file.read_bytes() == whole


def test_where_nothing_can_be_written_it_is_kept_in_memory(lean, cache, tmp_path, monkeypatch, caplog):
    (file,) = cache.glob("*.packed")
    whole = file.read_bytes()
    monkeypatch.setattr(phonemes, "_made", lambda assets: whole)
    (tmp_path / "file").write_text("", encoding="utf-8")
    packed = packed_dictionaries(Path(hibari.tts.ASSETS), tmp_path / "file" / "cache")
    assert packed.tables["silver"].get("dashboard") or "dashboard" in packed.tables["gold"]
    assert "kept in memory" in caplog.text
