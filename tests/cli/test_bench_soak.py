"""`cabin bench soak`: what it prints, the page at the end and after an interruption."""

from __future__ import annotations

import json

import pytest

from cabin.bench import soak as soak_module
from cabin.bench.soak_journal import Journal, Sample, read_record
from cabin.cli.main import main


@pytest.fixture
def plans(monkeypatch):
    """Soaks that take no time; with an odd seed they are interrupted."""
    made = []

    async def run_soak(plan, tell):
        made.append(plan)
        journal = Journal(plan.file)
        journal.add("begin", {"stretch": 1})
        for at in range(1, 6):
            sample = Sample(at * 10.0, 1, at * 100, 7, 200.0 + at, 260.0, at * 20.0, 1.0, {"done": at})
            journal.add("sample", sample)
            tell(sample)
        journal.close()
        if plan.seed == 13:
            raise KeyboardInterrupt
        return read_record(plan.file)

    monkeypatch.setattr(soak_module, "run_soak", run_soak)
    return made


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["bench", "soak", *arguments])
    return caught.value.code


def test_samples_figures_and_page(plans, capsys, tmp_path):
    out = tmp_path / "soak"
    assert run("--hours", "0.5", "--utterances", "500", "--out", str(out)) == 0
    told, samples = capsys.readouterr()
    assert "utterances fed\t500" in told
    assert "growth per 1,000 utterances, RSS\t0.000 MiB" in told
    assert "the same, PSS\t10.000 MiB" in told
    assert samples.count("\n") == 5
    assert "<svg" in (out / "soak.html").read_text(encoding="utf-8")
    (plan,) = plans
    assert (plan.file, plan.seconds, plan.utterances) == (out / "soak.jsonl", 1800, 500)


def test_json(plans, capsys, tmp_path):
    assert run("--utterances", "500", "--out", str(tmp_path / "s"), "--json") == 0
    *samples, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [sample["utterances"] for sample in samples] == [100, 200, 300, 400, 500]
    assert end["growth_mib_per_1000"]["value"] == 0
    assert end["page"].endswith("soak.html")


def test_interrupted_it_still_draws_its_page(plans, capsys, tmp_path):
    assert run("--utterances", "9000", "--out", str(tmp_path / "s"), "--seed", "13") == 130
    assert (tmp_path / "s" / "soak.html").is_file()


def test_without_an_end(capsys, tmp_path):
    assert run("--out", str(tmp_path / "s")) == 2
    assert "--hours or --utterances" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
