"""The record of a soak: read as it was written, whatever a kill left at its end; memory by worker, growth by slope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.bench.soak_journal import Event, Journal, Record, Sample, read_record
from cabin.errors import UsageError


def sample(utterances, mib, stretch=1, worker=7, **more):
    return Sample(utterances * 0.5, stretch, utterances, worker, mib, mib + 40, utterances * 0.1, 0.0, **more)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "soak" / "soak.jsonl"


def written(file):
    journal = Journal(file)
    journal.add("begin", {"stretch": 1})
    journal.add("sample", sample(25, 200.5, counts={"done": 20}, ms={"act": {"p50": 1.0}}))
    journal.add("event", Event(3.5, "fault", {"what": "the worker is gone"}))
    journal.add("end", {"why": "done"})
    journal.close()
    return file.read_bytes()


def test_what_is_written_is_read(file):
    written(file)
    record = read_record(file)
    assert record.begins == ({"stretch": 1},)
    assert record.samples == (sample(25, 200.5, counts={"done": 20}, ms={"act": {"p50": 1.0}}),)
    assert record.events == (Event(3.5, "fault", {"what": "the worker is gone"}),)
    assert (record.utterances, record.seconds) == (25, 12.5)


def test_one_that_is_not_there_is_empty(file):
    assert read_record(file) == Record()
    assert Record().utterances == 0
    assert Record().growth(0) is None


@given(st.data())
def test_wherever_a_kill_cut_it_whole_lines_stay_and_it_goes_on(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("soak") / "soak.jsonl"
    whole = written(file)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    file.write_bytes(cut)
    lines = cut.count(b"\n")
    before = read_record(file)
    assert (len(before.begins), len(before.samples), len(before.events)) == (
        int(lines > 0),
        int(lines > 1),
        int(lines > 2),
    )
    journal = Journal(file)
    journal.add("sample", sample(50, 201.0))
    journal.close()
    after = read_record(file)
    assert after.samples == (*before.samples, sample(50, 201.0))
    assert file.read_bytes().startswith(b"".join(whole.splitlines(keepends=True)[:lines]))


def test_what_is_no_record_is_told_with_its_line(file):
    written(file)
    file.write_text('{"kind": "begin"}\n{"kind": "sample", "heart": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"soak\.jsonl:2"):
        read_record(file)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        Journal(tmp_path / "file" / "soak.jsonl")


def test_growth_is_within_the_life_of_a_worker():
    grown = [sample(n * 100, 200 + 0.2 * n) for n in range(10)]
    again = [sample(1000 + n * 100, 150 + 0.2 * n, stretch=2) for n in range(10)]
    replaced = [sample(2000 + n * 100, 300 + 0.2 * n, stretch=2, worker=8) for n in range(10)]
    record = Record(({}, {}), (*grown, *again, *replaced))
    growth = record.growth(0)
    assert growth is not None
    assert growth.value == pytest.approx(2.0)
    assert record.growth(0, "rss_mib").value == pytest.approx(2.0)


def test_a_warming_up_is_no_growth():
    record = Record(({},), tuple(sample(n * 100, 200.0 if n >= 3 else 150 + 10 * n) for n in range(20)))
    assert [run[0].utterances for run in record.runs(300)] == [300]
    assert record.growth(300).value == 0
    assert record.growth(300).high == 0
