from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.quantization.comparison import Budget, Entry, front, keep_entry, kept_entries, recommend

PLAIN = Entry("x", 36.0, 90.0, 80.0, 0.0, 10.0, 30.0, 40.0, 90.0, 4.0, 500.0, 60.0, 3.0, 110.0, 30.0, 40.0, 300, 8.0)


def entry(scheme: str, mb: float = 36.0, function: float = 90.0, ms: float = 10.0, **more: float) -> Entry:
    fields = {"scheme": scheme, "mb": mb, "function": function, "p50_ms": ms, "speedup": 40.0 / ms, **more}
    return dataclasses.replace(PLAIN, **fields)


ENTRIES = st.lists(st.tuples(st.integers(1, 6), st.integers(80, 86), st.integers(1, 6)), min_size=1, max_size=8).map(
    lambda rows: [entry(f"s{at}", mb, float(function), ms) for at, (mb, function, ms) in enumerate(rows)]
)


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.sampled_from(["mb", "relative_ms"]))
def test_the_front_is_what_nothing_beats(entries, cost):
    on = front(entries, cost)
    assert on
    for one in entries:
        beaten = any(
            getattr(other, cost) <= getattr(one, cost)
            and other.function >= one.function
            and (getattr(other, cost), other.function) != (getattr(one, cost), one.function)
            for other in entries
        )
        assert (one.scheme in on) == (not beaten)


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.integers(1, 6), st.integers(80, 86))
def test_what_is_recommended_keeps_the_budget(entries, mb, function):
    budget = Budget(max_mb=mb, min_function=function)
    chosen = recommend(entries, budget)
    fitting = [each for each in entries if each.mb <= mb and each.function >= function]
    if not fitting:
        assert chosen.scheme is None
        assert set(chosen.left_out) == {each.scheme for each in entries}
        return
    taken = next(each for each in entries if each.scheme == chosen.scheme)
    assert taken in fitting
    assert taken.function >= max(each.function for each in fitting) - 0.3
    assert taken.relative_ms == min(e.relative_ms for e in fitting if e.function >= taken.function)


def test_reasons():
    entries = [entry("slow", 140, 90.1, 40), entry("fast", 36, 90.0, 10), entry("small", 25, 88.0, 12)]
    found = recommend(entries, Budget(max_mb=150))
    assert found.scheme == "fast"
    assert "3 of 3 schemes keep the budget; of the 2 within 0.3 points of the best function (90.10 %)" in found.reason
    found = recommend(entries, Budget(max_mb=30))
    assert found.scheme == "small"
    assert "it has the best function by more than 0.3 points" in found.reason
    assert found.left_out == {"slow": ["size 140 above 30 MB"], "fast": ["size 36 above 30 MB"]}
    found = recommend(entries, Budget(max_mb=30, min_function=89))
    assert found.scheme is None
    assert "nearest is small: function 88 below 89 %" in found.reason
    assert recommend([], Budget()).scheme is None


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(max_mb=35), "size 36 above 35 MB"),
        (Budget(max_p50_ms=9), "median 10 above 9 ms"),
        (Budget(max_p95_ms=29), "95th percentile 30 above 29 ms"),
        (Budget(max_rss_mib=100), "memory 110 above 100 MiB"),
        (Budget(min_function=91), "function 90 below 91 %"),
        (Budget(max_function_lost=-1), "function lost 0 above -1 points"),
    ],
)
def test_each_limit(budget, told):
    assert budget.broken(PLAIN) == [told]
    assert Budget().broken(PLAIN) == []


def test_results_are_kept(tmp_path):
    path = tmp_path / "deep" / "kept.json"
    assert kept_entries(path) == {}
    keep_entry(path, PLAIN)
    keep_entry(path, entry("y"))
    assert kept_entries(path) == {"x": PLAIN, "y": entry("y")}
    assert [each.name for each in path.parent.iterdir()] == ["kept.json"]
    for damage in ("{", "[1]", '{"x": {"colour": 3}}'):
        path.write_text(damage)
        assert kept_entries(path) == {}
