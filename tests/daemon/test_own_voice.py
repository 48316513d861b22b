"""A real PulseAudio in which everything that cabin says comes back into its microphone, as loud as it was said."""

from __future__ import annotations

import time

import pytest

from cabin.demo.script import RECORDINGS
from tests.plugins.cabin_sound import pulse as pulseaudio

pytest.importorskip("hibari", reason="hibari-tts is not installed")
LACKING = pulseaudio.lacking()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"no virtual sound card here: {LACKING} missing")


@pytest.fixture(scope="module")
def pulse(tmp_path_factory):
    with pulseaudio.running(tmp_path_factory.mktemp("pulse")) as running:
        yield running


@pytest.fixture
def daemon(start_daemon, pulse):
    environ = {
        **{name: pulse.environ[name] for name in ("XDG_RUNTIME_DIR", "HOME")},
        "CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_scripted,cabin_sound,cabin_hibari",
        "CABIN_CAPTURE_DEVICE": "pulse:cabin_mic.monitor",
        "CABIN_REPLIES_LEVEL": "speech",
        "CABIN_REPLIES_DEVICE": "pulse:cabin_mic",
        "CABIN_REPLIES_VOLUME_DB": "-15",
        "CABIN_REPLIES_LATE_S": "60",
        "CABIN_DAEMON_ANSWER_S": "10",
        "CABIN_CAPTURE_LOST_MS": "20000",  # a busy machine is no lost microphone
    }
    with start_daemon("--source", "capture", **environ) as running:
        deadline_s = time.monotonic() + 60
        while running.ask("status")["microphone"]["state"] != "open":
            assert time.monotonic() < deadline_s, running.log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield running


def test_it_does_not_hear_itself_and_hears_who_speaks_over_it(daemon, pulse):
    """The recognizer hears "open the passenger window 60" in whatever is let through: own voice let in would act."""
    daemon.say_it("open the passenger window 60")
    for value in (10, 20, 30):
        daemon.ask("say", text=f"open the passenger window {value}")
        daemon.wait_event("speaking", by="speech")
        daemon.wait_event("spoken")
        assert "speech" not in daemon.events()
    time.sleep(1.0)
    assert "speech" not in daemon.events()
    daemon.ask("say", text="how far is the passenger window open")
    daemon.wait_event("speaking", by="speech")
    pulse.speak(RECORDINGS / "06-call.wav")  # louder by 15 dB
    assert daemon.wait_event("interrupted")["why"] == "somebody speaks"
    told = daemon.wait_event("done", intent="window.open")
    assert told["slots"]["value"] == 60
