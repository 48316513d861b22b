from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from cabin.bench.noise.voices import KEPT, KOKORO
from cabin.catalog.schema import Catalog
from scripts.voices.confusions import Heard
from scripts.voices.misheard import Utterance, main, plan, sentences
from tests.slm import tiny


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny.load(tiny.write_catalog(tmp_path_factory.mktemp("tiny")))


def drawn(catalog: Catalog, count: int, seed: int = 1) -> list[Utterance]:
    stream: Iterator[Utterance] = plan(catalog, seed)
    return list(islice(stream, count))


def test_a_seed_gives_the_same_plan(catalog: Catalog) -> None:
    assert drawn(catalog, 30) == drawn(catalog, 30)
    assert [u.text for u in drawn(catalog, 30)] != [u.text for u in drawn(catalog, 30, seed=2)]


def test_noises_are_spread_from_0_to_15_db_and_voices_by_turns(catalog: Catalog) -> None:
    utterances = drawn(catalog, 240)
    for each in utterances:
        assert list(each.snrs_db) == sorted(each.snrs_db)
        assert 0 <= each.snrs_db[0] <= 3.8
        assert 11.2 <= each.snrs_db[-1] <= 15
    voices = Counter(each.voice for each in utterances)
    assert {voice: voices.pop(voice) for voice in list(voices) if voice.startswith("hibari")} == {
        f"hibari@{pitch}": 36 for pitch in ("0.9", "0.95", "1", "1.06", "1.12")
    }
    assert set(voices) == set(KOKORO) - set(KEPT)


def test_sentences_have_neither_names_nor_numbers_and_new_words_come_first(catalog: Catalog) -> None:
    said = list(islice(sentences(catalog, random.Random(1)), 40))
    assert not [text for text in said if any(char.isdigit() for char in text)]
    names = {phrase for words in catalog.lists.values() for value in words.entries.values() for phrase in value}
    commands = [text for text in said if text.startswith(("play", "start"))]
    assert not [text for text in commands if any(name in text for name in names)]
    assert len({word for text in said[:20] for word in text.split()}) > 40


def test_collecting_again_keeps_what_was_rejected(tmp_path: Path) -> None:
    log, out = tmp_path / "heard.jsonl", tmp_path / "misheard.yaml"
    rows = [
        Heard(said, voice, 5.0, text)
        for voice in ("af_sky", "hibari@1", KEPT[0])
        for said, text in [("lamp on", "lamb on"), ("the van", "the fan")]
    ]
    log.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), encoding="utf-8")
    command = ["--minutes", "0", "--log", str(log), "--out", str(out)]
    assert main(command) == 0
    assert yaml.safe_load(out.read_text())["misheard"] == {"lamp": {"lamb": 2}, "van": {"fan": 2}}
    made = out.read_text()
    assert "# 4 recordings of 4 sayings (seed 1)" in made
    out.write_text(made.replace("rejected: {}", "rejected:\n  van -> fan: another thing of a car"))
    assert main(command) == 0
    assert yaml.safe_load(out.read_text()) == {
        "misheard": {"lamp": {"lamb": 2}},
        "rejected": {"van -> fan": "another thing of a car"},
    }
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_without_a_log_there_is_nothing_to_collect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--minutes", "0", "--log", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out.yaml")]) == 2
    assert "nothing was heard yet" in capsys.readouterr().err
    assert not (tmp_path / "out.yaml").exists()
