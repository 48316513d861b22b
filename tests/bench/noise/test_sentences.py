"""What is said and what it means."""

from __future__ import annotations

from itertools import islice

import pytest

from cabin.bench.noise.sentences import draw_commands, read_sentences
from cabin.catalog.loader import load_catalog
from cabin.errors import CatalogError, UsageError
from cabin.template_parser import TemplateParser


def test_every_sentence_means_what_it_says(small_catalog):
    parser = TemplateParser(small_catalog)
    drawn = list(islice(draw_commands(small_catalog, 1), 40))
    assert len({spoken.text for spoken in drawn}) == 40
    for spoken in drawn:
        found = parser.parse(spoken.text).commands
        assert [(c.intent, dict(c.slots)) for c in found] == [(i, dict(s)) for i, s in spoken.calls], spoken.text


def test_the_seed_makes_the_sentences(small_catalog):
    first, same, other = (list(islice(draw_commands(small_catalog, seed), 20)) for seed in (1, 1, 2))
    assert first == same != other


def test_the_end_of_a_small_catalog_is_told(tmp_path, small_catalog_dir):
    (tmp_path / "signals.yaml").write_text((small_catalog_dir / "signals.yaml").read_text(encoding="utf-8"))
    (tmp_path / "trunk.yaml").write_text((small_catalog_dir / "trunk.yaml").read_text(encoding="utf-8"))
    with pytest.raises(CatalogError, match="no more sentences"):
        list(draw_commands(load_catalog([tmp_path]), 1))


def test_lines_of_text_and_of_json(tmp_path):
    text, rows = tmp_path / "talk.txt", tmp_path / "talk.jsonl"
    text.write_text("so what\n\n  did you   see it\nso what\n", encoding="utf-8")
    rows.write_text('{"text": "so what"}\n{"text": "did you see it", "labels": 1}\n', encoding="utf-8")
    assert read_sentences(text) == read_sentences(rows) == ["so what", "did you see it"]


def test_wrong_files_are_told_with_their_lines(tmp_path):
    rows = tmp_path / "talk.jsonl"
    rows.write_text('{"text": "so"}\n{"words": "x"}\nno\n', encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_sentences(rows)
    assert [problem.where for problem in caught.value.problems] == [f"{rows}:2", f"{rows}:3"]
    (tmp_path / "empty.txt").write_text("\n")
    for path in (tmp_path / "empty.txt", tmp_path / "none.txt"):
        with pytest.raises(UsageError):
            read_sentences(path)
