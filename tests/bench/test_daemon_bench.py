"""What the bench of the daemon measures, on a real daemon that starts quickly; no figure is judged here."""

from __future__ import annotations

import asyncio

import pytest

from cabin.audio.wav import write_wav
from cabin.bench.daemon_bench import TARGETS, DaemonPlan, measure_daemon, verdict
from cabin.bench.speech_feed import quiet
from cabin.bench.virtual_microphone import lacking
from cabin.errors import BudgetError

needs_pulse = pytest.mark.skipif(bool(lacking()), reason=f"no virtual microphone here: {', '.join(lacking())} missing")


def measure(quick, recordings, **changed):
    environ, arguments = quick
    fixed = {"starts": 1, "rounds": 1, "silence_s": 1.0, "utterances": 4, "speed": 20.0}
    plan = DaemonPlan(**(fixed | changed), recordings=[recordings], arguments=arguments, environ=environ)
    return asyncio.run(measure_daemon(plan))


@needs_pulse
def test_spoken_through_a_virtual_microphone(quick, recordings):
    told = measure(quick, recordings, parts=["latency", "silence"])
    figures, details = told["figures"], told["details"]
    assert details["spoken"] == 2
    assert 1 <= details["signals"] <= details["turns"]
    assert figures["endpoint_to_signal_p95_ms"] >= figures["endpoint_to_signal_p50_ms"] > 0
    assert figures["speech_to_signal_p95_ms"] > figures["endpoint_to_signal_p50_ms"]
    assert set(details["idle_percent"]) == {"main", "worker", "capture"}
    assert figures["idle_processor_percent"] == pytest.approx(sum(details["idle_percent"].values()), abs=0.1)
    assert 0 <= details["waited_percent"] <= 100


def test_played_as_files_with_start_and_memory(quick, recordings):
    told = measure(quick, recordings, parts=["memory", "start", "latency"], source="file")
    figures, details = told["figures"], told["details"]
    assert figures["ready_s"] == details["ready_worst_s"] > 0
    assert (details["starts"], details["spoken"], details["utterances"]) == (1, 2, 4)
    assert details["signals"] >= 1
    assert figures["resident_mib"] > 30
    assert details["fed_counts"]["heard"] == 4
    assert set(TARGETS) - set(figures) == {"idle_processor_percent"}


def test_nothing_that_comes_to_a_signal_is_told(quick, tmp_path):
    recordings = tmp_path / "silent"
    recordings.mkdir()
    write_wav(recordings / "silence.wav", quiet(1.0))
    with pytest.raises(BudgetError, match="nothing that was spoken"):
        measure(quick, recordings, parts=["latency"], source="file")


def test_verdicts():
    assert [verdict("ready_s", value) for value in (1.2, 1.3, 2.5, 2.6)] == ["aim", "met", "met", "missed"]
    assert verdict("speech_to_signal_p95_ms", 1) == ""
