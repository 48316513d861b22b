from __future__ import annotations

import json
import logging

from cabin.slm.training.journal import Journal


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path, steps, start=1):
    journal = Journal(path, every=4)
    journal.begin(start - 1)
    for step in range(start, steps + 1):
        journal.add(step, float(step), step / 100, 1e-3 / step, 2.0 * step)
    return journal


def test_a_line_holds_the_means_since_the_line_before(tmp_path):
    path = tmp_path / "work" / "checkpoint.jsonl"
    written(path, 10)
    assert lines(path) == [
        {"step": 4, "loss": 2.5, "right": 0.025, "rate": 0.00025, "seconds": 8.0},
        {"step": 8, "loss": 6.5, "right": 0.065, "rate": 0.000125, "seconds": 16.0},
    ]


def test_going_on_drops_the_lines_that_are_done_again(tmp_path):
    path = tmp_path / "checkpoint.jsonl"
    written(path, 12)
    assert Journal(path, every=4).begin(9) == 16.0
    assert [line["step"] for line in lines(path)] == [4, 8]
    written(path, 12, start=10)
    assert [(line["step"], line["loss"]) for line in lines(path)] == [(4, 2.5), (8, 6.5), (12, 11.0)]


def test_beginning_anew_empties_it(tmp_path):
    path = tmp_path / "checkpoint.jsonl"
    written(path, 8)
    assert Journal(path).begin(0) == 0.0
    assert path.read_text() == ""


def test_a_torn_line_and_a_place_that_cannot_be_written_never_stop_a_training(tmp_path, caplog):
    path = tmp_path / "checkpoint.jsonl"
    written(path, 8)
    with path.open("a") as file:
        file.write('{"step": 12, "lo')
    with caplog.at_level(logging.WARNING):
        assert Journal(path).begin(20) == 16.0
        assert [line["step"] for line in lines(path)] == [4, 8]
        (tmp_path / "file").write_text("in the way")
        written(tmp_path / "file" / "checkpoint.jsonl", 4)
    assert "is damaged" in caplog.text
    assert "could not be written" in caplog.text
