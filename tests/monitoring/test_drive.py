from __future__ import annotations

from cabin.monitoring.drive import ANSWERS_AFTER_S, drive
from cabin.monitoring.notice import Notice
from cabin.vehicle.recording import Event
from tests.monitoring.conftest import SPEED, question

EVENTS = [Event(1000.0 * at, "state" if at == 0 else "change", SPEED, float(at)) for at in range(60)]


def told(observed):
    return [(each.at_s, each.kind, each.what) for each in observed]


def test_a_question_waits_for_its_answer_and_nothing_is_said_meanwhile(scribe):
    def script(host):
        if host.now_s >= 2:
            host.tell(question())
            host.tell(Notice("other", "By the way.", "advice", valid_s=100))

    monitor = scribe(script=script)
    seen = told(drive(EVENTS, {"m": monitor}, answers=lambda notice: "no"))
    assert seen[:2] == [(2.0, "asked", "Shall I?"), (2.0 + ANSWERS_AFTER_S, "answered", "no")]
    assert [kind for _, kind, _ in seen].count("said") == 1
    assert monitor.answers == [("rest", "no")]


def test_what_is_reported_again_and_again_is_told_once(scribe):
    strictness = iter([1] * 20 + [2] * 20 + [0] * 20)
    monitor = scribe(script=lambda host: host.report("drowsy", next(strictness), 60), most_hz=0.01)
    seen = told(drive(EVENTS[:58], {"m": monitor}))
    assert [what for _, kind, what in seen if kind == "driver"] == [
        "drowsy 1 for 60 s",
        "drowsy 2 for 60 s",
        "drowsy no more",
    ]


def test_faults_are_seen(scribe):
    seen = list(drive(EVENTS, {"m": scribe(script=lambda host: 1 / 0)}))
    assert [each.kind for each in seen] == ["fault"] * len(seen)
    assert "ZeroDivisionError" in seen[0].what


def test_reads_and_writes_of_a_recording_are_passed_over(scribe):
    monitor = scribe()
    list(drive([Event(0.0, "read", SPEED, 3.0), Event(1.0, "write", SPEED, 4.0)], {"m": monitor}))
    assert monitor.told == []
