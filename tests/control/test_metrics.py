from __future__ import annotations

import dataclasses

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from cabin.control.metrics import Metrics, Sample, metrics_of, openmetrics, write_textfile
from cabin.control.status import Clients, Memory, Microphone, Privacy, Stage, Status, Worker

STATUS = Status(
    "0.1.0",
    42,
    1_765_000_000_123.0,
    61.5,
    "ready",
    "lean",
    "memory is short",
    stages=(Stage("parse", 4, 50.0, 10.0, 20.0, 3.5, 1), Stage("act", 0, 0.0)),
    workers=(Worker("recognizer", "running", 43, 2, 120.0), Worker("parser", "restarting")),
    memory=Memory(212.25, 300.0),
    microphone=Microphone("open", 'a "mic"\n', 7),
    privacy=Privacy(recording=True),
    counts={"heard": 5, "done": 3},
    clients=Clients(3, 1, 9, 100, 4, 2, 1),
)


def samples(status):
    families = text_string_to_metric_families(openmetrics(metrics_of(status)))
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
    }


def test_a_parser_of_openmetrics_reads_every_family():
    told = samples(STATUS)
    assert told["cabin_build_info", (("version", "0.1.0"),)] == 1
    assert told["cabin_resident_memory_bytes", ()] == 212.25 * 2**20
    assert told["cabin_start_time_seconds", ()] == 1_765_000_000.123
    assert told["cabin_phase", (("cabin_phase", "ready"),)] == 1
    assert told["cabin_step", (("cabin_step", "normal"),)] == 0
    assert told["cabin_stage_seconds", (("quantile", "0.95"), ("stage", "parse"))] == 0.02
    assert told["cabin_stage_seconds_sum", (("stage", "parse"),)] == 0.05
    assert told["cabin_stage_seconds_count", (("stage", "act"),)] == 0
    assert told["cabin_stage_overruns_total", (("stage", "parse"),)] == 1
    assert told["cabin_worker_up", (("worker", "parser"),)] == 0
    assert told["cabin_worker_restarts_total", (("worker", "recognizer"),)] == 2
    assert told["cabin_results_total", (("what", "heard"),)] == 5
    assert told["cabin_privacy", (("switch", "recording"),)] == 1
    assert told["cabin_control_events_total", (("what", "dropped"),)] == 1


def test_every_field_is_a_family_with_its_type_and_help():
    families = {each.name: each for each in text_string_to_metric_families(openmetrics(metrics_of(STATUS)))}
    assert families.keys() == {f"cabin_{field.name}" for field in dataclasses.fields(Metrics)}
    assert all(each.documentation for each in families.values())
    assert families["cabin_stage_seconds"].type == "summary"
    assert families["cabin_uptime_seconds"].unit == "seconds"


def test_what_is_not_there_is_left_out():
    text = openmetrics(metrics_of(Status("0", 1, 0.0, 0.0, "starting")))
    assert "memory_limit" not in text
    assert "stage" not in text
    assert list(text_string_to_metric_families(text))


def test_labels_and_numbers_that_need_care():
    metrics = dataclasses.replace(
        metrics_of(STATUS),
        results=(Sample(2.0**60, {"what": 'a"b\\c\nd'}), Sample(0.1, {"what": "é"})),
        resident_memory_bytes=(Sample(float("nan")),),
        uptime_seconds=(Sample(float("inf")),),
    )
    text = openmetrics(metrics)
    told = {
        each.labels.get("what"): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
        if each.name == "cabin_results_total"
    }
    assert told == {'a"b\\c\nd': 2.0**60, "é": 0.1}
    assert "cabin_resident_memory_bytes NaN\n" in text
    assert "cabin_uptime_seconds +Inf\n" in text


def test_the_file_is_whole_or_not_there(tmp_path):
    file = tmp_path / "cabin.prom"
    write_textfile(file, openmetrics(metrics_of(STATUS)))
    assert file.read_text(encoding="utf-8").endswith("# EOF\n")
    assert file.stat().st_mode & 0o777 == 0o644
    with pytest.raises(UnicodeEncodeError):
        write_textfile(file, "\ud800")
    assert file.read_text(encoding="utf-8").endswith("# EOF\n")
    assert [each.name for each in tmp_path.iterdir()] == ["cabin.prom"]
    with pytest.raises(OSError, match="No such file"):
        write_textfile(tmp_path / "none" / "cabin.prom", "")
