"""The page of a soak: its figures are the record's, its plots are there, and it needs nothing from elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from cabin.bench.soak_journal import Event, Record, Sample
from cabin.bench.soak_page import soak_page, summary, warm_up_of


def sample(at, stretch=1):
    processes = {"main": {"pid": 1, "resident_mib": 40.0}, "worker": {"pid": 2, "resident_mib": 160.0 + at}}
    ms = {stage: {"p50": 5.0 + at, "p95": 9.0} for stage in ("recognize", "parse", "to_signal")}
    counts = {"done": 10 * (at % 10 + 1)}
    return Sample(60.0 * at, stretch, 100 * at, 2, 200.0 + at, 250.0, 3.0 * at, 1.0 * at, counts, 0, ms, processes)


RECORD = Record(
    ({"stretch": 1, "at": "2026-01-01", "speed": 16}, {"stretch": 2}),
    (*(sample(at) for at in range(10)), *(sample(at, 2) for at in range(10, 20))),
    (Event(120.0, "fault", {"what": "the <worker> is gone"}),),
)


def test_every_plot_with_its_lines_and_marks():
    page = soak_page(RECORD)
    plots = [ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]
    assert [plot.get("aria-label").partition(" over ")[0] for plot in plots] == ["MiB", "s an utterance", "ms"]
    lines = [[path for path in plot.iter("path") if path.get("class") == "line"] for plot in plots]
    assert [len(each) for each in lines] == [3, 1, 4]
    assert all(path.get("d").count("M") == 2 for each in lines for path in each), "two stretches"
    marks = [[path[0].text for path in plot.iter("path") if path.get("class") == "mark"] for plot in plots]
    assert all(len(each) == 2 and "is gone" in each[0] and "start 2" in each[1] for each in marks)


def test_nothing_from_elsewhere_and_nothing_unescaped():
    page = soak_page(RECORD)
    assert "<worker>" not in page
    assert "&lt;worker&gt;" in page
    assert not re.search(r"(src|href)=|https?:|<script", page)


def test_the_figures_are_those_of_the_record():
    told = dict(summary(RECORD))
    assert told["utterances fed"] == "1,900"
    assert told["resident memory at the end"].startswith("219.0 MiB PSS, 250.0")
    assert told["growth per 1,000 utterances, RSS"].startswith("0.000 MiB")
    assert told["the same, PSS"].startswith("10.000 MiB")
    assert told["counted"] == "200 done"
    assert warm_up_of(RECORD) == 380


def test_a_record_without_samples():
    assert "Nothing was sampled" in soak_page(Record())
    short = dict(summary(Record(({},), (sample(1),))))
    assert short["growth per 1,000 utterances, RSS"] == "too short to tell"
