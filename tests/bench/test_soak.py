"""A real soak of a few utterances: interrupted, killed in the middle of a line, gone on with, done."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest

from cabin.bench.soak import SoakPlan, run_soak
from cabin.bench.soak_journal import read_record
from cabin.errors import UsageError


def test_a_soak_is_interrupted_and_goes_on(quick, recordings, tmp_path):
    environ, arguments = quick
    file = tmp_path / "soak.jsonl"
    plan = SoakPlan(file, 20, speed=20.0, sample_every=4, recordings=[recordings], arguments=arguments, environ=environ)
    told = []

    async def interrupted():
        task = asyncio.create_task(run_soak(plan, told.append))
        while not told or told[-1].utterances < 8:
            await asyncio.sleep(0.02)
            assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    first = read_record(file)
    assert 8 <= first.utterances < 20
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[-1])["why"] == "interrupted"

    with file.open("a", encoding="utf-8") as journal:
        journal.write('{"kind": "sam')  # as a kill leaves it
    record = asyncio.run(run_soak(plan))
    assert record.utterances == 20
    assert [begin["stretch"] for begin in record.begins] == [1, 2]
    assert record.samples[: len(first.samples)] == first.samples
    assert [sample.stretch for sample in record.samples] == sorted(sample.stretch for sample in record.samples)
    for before, after in itertools.pairwise(record.samples):
        assert after.utterances >= before.utterances
        assert after.t_s >= before.t_s
    last = record.samples[-1]
    fed_in_second = 20 - first.utterances
    assert last.counts["heard"] == fed_in_second, "every recording came to a turn"
    assert {"recognize", "parse", "total"} <= last.ms.keys()
    assert set(last.processes) == {"main", "worker"}
    assert last.resident_mib > 30
    assert last.processor_s > 0
    assert record.growth(0) is not None

    size = file.stat().st_size
    assert asyncio.run(run_soak(plan)) == record, "it is done"
    assert file.stat().st_size == size


def test_a_soak_without_an_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--hours or --utterances"):
        asyncio.run(run_soak(SoakPlan(tmp_path / "soak.jsonl")))
    assert list(tmp_path.iterdir()) == []
