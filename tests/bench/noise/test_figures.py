"""Shares and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.bench.noise.figures import HEAD, figures_of, interval, rows_of
from cabin.bench.noise.trial import Result


def result(**changes):
    base = {
        "number": 0, "name": "x", "voice": "hibari", "pace": 1.0, "bias": "off", "speed_kph": 100.0, "snr": "10",
        "outcome": "right", "text_outcome": "right", "wanted": "a.b", "got": "a.b", "heard": "x", "utterances": 1,
        "confidence": 0.9, "evidence": None, "listen_ms_per_s": 4.0, "recognize_ms": 50.0, "parse_ms": 10.0,
        "waited_ms": 750.0,
    }  # fmt: skip
    return Result(**{**base, **changes})


def test_the_outcomes_add_up():
    outcomes = ["right"] * 5 + ["asked"] * 2 + ["wrong", "asked_wrong", "missed"]
    (found,) = figures_of([result(outcome=outcome) for outcome in outcomes])
    assert (found.trials, found.accepted, found.asked, found.wrong) == (10, 70.0, 20.0, 10.0)
    assert (found.asked_wrong, found.missed) == (10.0, 10.0)
    assert found.accepted_low < 70 < found.accepted_high


def test_what_the_parser_cannot_read_is_not_blamed_on_hearing():
    rows = [result(), result(outcome="wrong", text_outcome="wrong"), result(outcome="missed"), result()]
    (found,) = figures_of(rows)
    assert (found.accepted, found.text_accepted, found.accepted_of_understood) == (50.0, 75.0, pytest.approx(66.67))


def test_recordings_have_no_words_to_judge():
    (found,) = figures_of([result(text_outcome="", waited_ms=None)])
    assert (found.text_accepted, found.accepted_of_understood, found.waited_p95_ms) == (None, None, None)


def test_conditions_are_in_order_quiet_first():
    rows = [result(snr=snr, bias=bias) for bias in ("strong", "off") for snr in ("0", "quiet", "10")]
    assert [(each.bias, each.snr) for each in figures_of(rows)] == [
        *(("off", snr) for snr in ("quiet", "10", "0")),
        *(("strong", snr) for snr in ("quiet", "10", "0")),
    ]
    assert all(len(row) == len(HEAD) for row in rows_of(figures_of(rows)))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(pair):
    hits, count = pair
    low, high = interval(hits, count)
    assert 0 <= low <= 100 * hits / count + 0.05
    assert 100 * hits / count - 0.05 <= high <= 100


def test_the_interval_is_wilsons():
    assert interval(45, 50) == (78.6, 95.7)
    assert interval(0, 0) == (0.0, 100.0)
