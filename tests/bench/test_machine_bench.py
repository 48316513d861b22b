"""What is measured of a machine: the clock, the figures made of it, and a chain of real parts with ears of the test."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench import machine_bench
from cabin.bench.machine_bench import Heard, TimedCar, figures_of, measure_heard, own_time_s, process_age_s
from cabin.chain import Chain
from cabin.config import Budgets
from cabin.config.fields import walk
from cabin.demo.script import DemoEntry
from cabin.executor import Executor
from cabin.messages import Hypothesis, Transcript, Utterance
from cabin.plugins import load_plugins
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy


class Ears:
    """Hears one sentence in each recording, after its second block, said up to 100 ms before."""

    def __init__(self, text):
        self.text = text

    def utterances(self, blocks, source):
        for number, block in enumerate(blocks):
            if number == 10:
                yield Utterance(block, 0.05, 0.25, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis(self.text, -1.0),), "ears")


@pytest.fixture
def timed(small_catalog, car):
    def make(text):
        plugins, watched = load_plugins({"CABIN_LOAD_PLUGINS": ""}), TimedCar(car)
        executor = Executor(small_catalog, load_policy(None), watched, plugins)
        return Chain(TemplateParser(small_catalog), executor, Ears(text)), watched

    return make


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "trunk.wav"
    write_wav(file, (0.5 * np.sin(np.arange(8000) / 5)).astype(np.float32))
    return file


def test_a_command_is_timed_to_its_signal(timed, recording):
    chain, car = timed("open the trunk")
    before = car.snapshot()
    heard = measure_heard(chain, car, [DemoEntry(recording, "open the trunk")] * 2, margin_s=0.1)
    assert len(heard.to_signal_ms) == 2
    assert heard.intents == [("trunk.open",)] * 2
    assert heard.endpoint_ms == pytest.approx([(11 * 0.032 - 0.15) * 1000] * 2)
    assert heard.sound_s == pytest.approx(0.4)
    assert {stage: len(times) for stage, times in heard.stages_ms.items()} == {
        "recognize": 2,
        "parse": 2,
        "policy": 2,
        "act": 2,
    }
    assert all(ms >= 0 for times in heard.stages_ms.values() for ms in times)
    assert car.snapshot() == before


def test_the_car_of_the_entry_holds_while_it_is_played(timed, recording):
    chain, car = timed("open the trunk")
    entry = DemoEntry(recording, "open the trunk", car={"Vehicle.Speed": 50.0})
    heard = measure_heard(chain, car, [entry], margin_s=0.1)
    assert heard.to_signal_ms == []
    assert heard.intents == [("trunk.open",)]
    assert car.read("Vehicle.Speed").value == 0


def test_figures_by_the_keys_of_a_budget():
    heard = Heard([10, 20, 30], [700, 700, 600], 4.0, {"recognize": [100, 300], "parse": [5, 6], "policy": [1, 1]})
    figures = figures_of(heard)
    assert figures == {
        "endpoint_to_signal_p50_ms": 20,
        "endpoint_to_signal_p95_ms": 30,
        "speech_to_signal_p95_ms": 720,
        "deadlines.utterance_ms": 30,
        "recognizer_rtf": 0.1,
        "deadlines.recognize_ms": 300,
        "deadlines.parse_ms": 6,
        "deadlines.policy_ms": 1,
    }
    assert set(figures) <= {path for path, _ in walk(Budgets)}
    assert figures_of(Heard()) == {}


def test_the_own_clock_counts_work_and_no_waiting(monkeypatch):
    monkeypatch.setattr(time, "process_time", lambda: 7.0)
    assert own_time_s() == 7


def test_how_long_others_had_the_core(monkeypatch, tmp_path):
    schedstat = tmp_path / "schedstat"
    monkeypatch.setattr(machine_bench, "SCHEDSTAT", schedstat)
    assert machine_bench._waited_percent() is None
    schedstat.write_text("2000000000 6000000000 77\n")
    assert machine_bench._waited_percent() == 75


def test_the_age_of_the_process():
    age_s = process_age_s()
    assert age_s is None or age_s >= 0


def test_the_age_is_not_told_without_proc(tmp_path):
    assert process_age_s(tmp_path) is None


def test_reasons_begin_with_keys_that_exist():
    keys = [path for path, _ in walk(Budgets)]
    assert all(any(key.startswith(start) for key in keys) for start in machine_bench.HEARING_KEYS)
