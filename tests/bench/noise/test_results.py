"""Results on disk: whole lines, of one run only."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from cabin.bench.noise.results import ResultFile, digest_of
from cabin.errors import UsageError


@dataclass(frozen=True)
class Row:
    """A result."""

    name: str
    value: float


SETTINGS = {"seed": 1, "voices": ["a", "b"]}


def write(path, rows, resume=False, settings=SETTINGS):
    with ResultFile(path, Row, settings, resume) as file:
        known = list(file.known)
        assert list(file.add_all(rows)) == rows
    return known


def test_a_run_goes_on(tmp_path):
    path = tmp_path / "r.jsonl"
    write(path, [Row("a", 1)])
    assert write(path, [Row("b", 2)], resume=True) == [Row("a", 1)]
    assert write(path, [], resume=True) == [Row("a", 1), Row("b", 2)]
    assert json.loads(path.read_text().splitlines()[0])["settings"] == SETTINGS


def test_a_line_that_was_cut_off_is_dropped(tmp_path):
    path = tmp_path / "r.jsonl"
    write(path, [Row("a", 1), Row("b", 2)])
    path.write_text(path.read_text()[:-5])
    assert write(path, [Row("c", 3)], resume=True) == [Row("a", 1)]
    assert write(path, [], resume=True) == [Row("a", 1), Row("c", 3)]


def test_other_runs_are_not_mixed_in(tmp_path):
    path = tmp_path / "r.jsonl"
    write(path, [Row("a", 1)])
    before = path.read_text()
    with pytest.raises(UsageError, match="there are results already"):
        write(path, [])
    with pytest.raises(UsageError, match="other settings"):
        write(path, [], resume=True, settings={"seed": 2})
    assert path.read_text() == before


@pytest.mark.parametrize("text", ["hello\n", '{"a": 1}\n'])
def test_a_file_of_something_else_is_told(tmp_path, text):
    path = tmp_path / "r.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match="not results of this command"):
        write(path, [], resume=True)


def test_a_damaged_line_in_the_middle_is_told(tmp_path):
    path = tmp_path / "r.jsonl"
    write(path, [Row("a", 1), Row("b", 2)])
    lines = path.read_text().splitlines()
    path.write_text("\n".join((lines[0], "{}", lines[2])) + "\n")
    with pytest.raises(UsageError) as caught:
        write(path, [], resume=True)
    assert caught.value.problems[0].where == f"{path}:2"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "no" / "r.jsonl", [])


def test_without_a_file_results_pass():
    with ResultFile(None, Row, SETTINGS, resume=False) as file:
        assert list(file.add_all([Row("a", 1)])) == [Row("a", 1)]


def test_the_digest_follows_the_settings_not_their_order():
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 1, "b": 3})
