"""The guard: whatever a call into a plugin does, the caller gets a value or a fault."""

from __future__ import annotations

import sys
import threading

import pytest

from cabin.plugins.guard import Guard, GuardSettings, PluginRecord

PATIENT_MS = 60_000.0


def guard(**settings):
    return Guard(GuardSettings(**settings))


def test_a_value_comes_back():
    record = PluginRecord("p")
    result = guard().call(record, "hook", lambda a, b: a + b, {"a": 1, "b": 2}, PATIENT_MS)
    assert (result.value, result.fault) == (3, None)
    assert record.calls == 1
    assert record.faults == []


class Odd(BaseException):
    pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no such file\nsecond line"), "raised ValueError: no such file"),
        (SystemExit(3), "called sys.exit(3)"),
        (GeneratorExit(), "raised GeneratorExit"),
        (Odd("x"), "raised Odd: x"),
        (RecursionError("deep"), "raised RecursionError: deep"),
    ],
)
def test_what_is_raised_is_a_fault(error, told):
    def raising():
        raise error

    record = PluginRecord("p")
    fault = guard().call(record, "hook", raising, {}, PATIENT_MS).fault
    assert (fault.plugin, fault.hook, fault.what) == ("p", "hook", told)
    assert record.faults == [fault]
    assert record.state == "loaded"


def test_sys_exit_is_a_fault():
    assert "sys.exit('bye')" in guard().call(PluginRecord("p"), "h", lambda: sys.exit("bye"), {}, PATIENT_MS).fault.what


def test_keyboard_interrupt_is_the_users():
    def raising():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guard().call(PluginRecord("p"), "hook", raising, {}, PATIENT_MS)


def test_a_call_past_its_budget_is_left_behind_and_a_hung_plugin_quarantined():
    release = threading.Event()
    record = PluginRecord("p")
    bus = guard()
    try:
        late = bus.call(record, "hook", release.wait, {}, 20.0)
        assert late.fault.what == "ran past its 20 ms"
        assert record.state == "loaded"
        again = bus.call(record, "hook", lambda: 1, {}, PATIENT_MS)
        assert again.fault.what == "an earlier call still hangs"
        assert record.state == "quarantined"
        other = PluginRecord("q")
        assert bus.call(other, "hook", lambda: 2, {}, PATIENT_MS).value == 2
    finally:
        release.set()


def test_a_plugin_that_was_late_once_goes_on():
    release, ended = threading.Event(), threading.Event()

    def slow():
        release.wait()
        ended.set()
        return "too late"

    record = PluginRecord("p")
    bus = guard()
    assert bus.call(record, "hook", slow, {}, 20.0).fault is not None
    release.set()
    assert ended.wait(10)
    assert record.running.wait(10)
    assert bus.call(record, "hook", lambda: "on time", {}, PATIENT_MS).value == "on time"


def test_quarantine_after_the_faults_allowed():
    def raising():
        raise ValueError

    record = PluginRecord("p")
    bus = guard(faults_allowed=2)
    bus.call(record, "hook", raising, {}, PATIENT_MS)
    assert record.state == "loaded"
    bus.call(record, "hook", raising, {}, PATIENT_MS)
    assert record.state == "quarantined"
    called = []
    fault = bus.call(record, "hook", lambda: called.append(1), {}, PATIENT_MS).fault
    assert fault.what == "is quarantined"
    assert called == []
    assert len(record.faults) == 2


def test_a_call_may_call_again():
    bus, record = guard(), PluginRecord("p")

    def outer():
        return bus.call(record, "inner", lambda: "inside", {}, PATIENT_MS).value

    assert bus.call(record, "outer", outer, {}, PATIENT_MS).value == "inside"


def test_calls_from_many_threads():
    bus, record = guard(), PluginRecord("p")
    results = []

    def work(number):
        results.append(bus.call(record, "hook", lambda: number, {}, PATIENT_MS).value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == list(range(16))
    assert record.calls == 16


class Unspeakable:
    def __repr__(self):
        raise ValueError("no")


def test_trace_survives_what_cannot_be_written(capsys):
    result = Guard(trace=True).call(PluginRecord("p"), "hook", Unspeakable, {}, PATIENT_MS)
    assert isinstance(result.value, Unspeakable)
    assert "<Unspeakable whose repr raises ValueError>" in capsys.readouterr().err


def test_trace_tells_arguments_and_result(capsys):
    bus = Guard(GuardSettings(), trace=True)
    bus.call(PluginRecord("p"), "hook", lambda text: text.upper(), {"text": "hello"}, PATIENT_MS)
    bus.call(PluginRecord("p"), "hook", lambda: 1 / 0, {}, PATIENT_MS)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("cabin plugin p: hook(text='hello') -> 'HELLO' [")
    assert "fault: raised ZeroDivisionError" in second


def test_faults_of_long_ago_do_not_count(monkeypatch):
    guard, record = Guard(GuardSettings(faults_allowed=3, forget_s=60)), PluginRecord("a")
    clock = {"s": 0.0}
    monkeypatch.setattr("cabin.plugins.guard.time.monotonic", lambda: clock["s"])
    for clock["s"] in (1000.0, 1030.0, 1070.0, 1095.0, 1131.0):
        guard.fault(record, "hook", "ran past its 50 ms")
        assert record.state == "loaded"
    clock["s"] = 1132.0
    guard.fault(record, "hook", "ran past its 50 ms")
    assert record.state == "quarantined"
    assert len(record.faults) == 6
