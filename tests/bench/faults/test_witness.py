"""Twice, late, unasked: told from the times of what was said and of what was written."""

from __future__ import annotations

import pytest

from cabin.bench.faults.microphone import Spoken
from cabin.bench.faults.witness import ENDPOINT_S, Write, misdeeds, read_writes

SAID = (Spoken(10.0, 12.0), Spoken(20.0, 22.0))


def writes(*times):
    return [Write("Vehicle.A", True, at_s) for at_s in times]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ((), []),
        ((13.0, 23.0), []),
        ((13.0,), []),
        ((23.0, 23.1), ["too late"]),  # the first may have asked for it, long before
        ((13.0, 13.1), ["again"]),
        ((5.0,), ["nobody had asked"]),
        ((12.0 + ENDPOINT_S + 2.4,), []),
        ((12.0 + ENDPOINT_S + 2.6,), ["too late"]),
        ((13.0, 23.0, 24.0), ["again"]),
    ],
)
def test_what_is_wrong(times, words):
    found = misdeeds(SAID, writes(*times), 1, 2.5)
    assert len(found) == len(words)
    assert all(word in told for word, told in zip(words, found, strict=True))


def test_a_command_that_writes_two_signals_may_write_both():
    assert misdeeds(SAID[:1], writes(13.0, 13.0), 2, 2.5) == []
    assert len(misdeeds(SAID[:1], writes(13.0, 13.0, 13.1), 2, 2.5)) == 1


def test_what_the_car_noted_is_read_and_a_line_cut_short_is_not(tmp_path):
    file = tmp_path / "writes.jsonl"
    assert read_writes(file) == []
    file.write_text('{"path": "Vehicle.A", "value": 3, "at_s": 1.5}\n{"path": "Vehi', encoding="utf-8")
    assert read_writes(file) == [Write("Vehicle.A", 3, 1.5)]
