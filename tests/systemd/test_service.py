"""The service in a real systemd: it starts, hears a microphone, is killed and comes back."""

from __future__ import annotations

import pytest

from cabin.demo.script import RECORDINGS


@pytest.fixture(scope="module")
def box(service_box):
    service_box.start_service()
    service_box.wait_microphone()
    return service_box


def test_says_ready_after_a_recording_went_through_the_whole_chain(box):
    log = box.journal()
    assert log.index("self-test passed") < log.index("ready seconds=")
    assert box.show("ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}
    assert "pulse:cabin_mic.monitor: " in box.show("StatusText")["StatusText"]
    assert "heard" in box.ctl("status", "cabin")


def test_a_spoken_command_ends_as_a_written_signal(box):
    asked = "what is the temperature set to"
    box.ask("say", text="set the temperature to 19 degrees")
    assert box.read_signal(asked) == 19
    box.speak(RECORDINGS / "01-temperature.wav")
    box.wait_event("done", intent="temperature.set")
    assert box.read_signal(asked) == 22.5
