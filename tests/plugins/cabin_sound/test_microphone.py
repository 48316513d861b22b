"""The microphone: a PortAudio that the test plays, and a real PulseAudio with a virtual microphone."""

from __future__ import annotations

import os
import select
import signal
import time
import types
from pathlib import Path

import numpy as np
import pytest

from cabin.audio.capture import Capture
from cabin.audio.capture_settings import CaptureConfig, CaptureSettings
from cabin.audio.source import SoundSource, SourceSettings
from cabin.audio.wav import read_sound
from cabin.errors import SoundError
from cabin_sound import microphone, open_microphone
from tests.plugins.cabin_sound import pulse as pulseaudio

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "open-window.wav"
PATIENCE_S = 180.0
LACKING = pulseaudio.lacking()
needs_pulse = pytest.mark.skipif(bool(LACKING), reason=f"no virtual microphone here: {LACKING} missing")


class Refused(Exception):
    """PortAudioError as sounddevice raises it: text and number."""


class Stream:
    """A stream that gives what the test says."""

    def __init__(self, samplerate, callback, finished_callback, **told):
        if samplerate not in (44_100, 48_000):
            raise Refused("Error opening stream: Invalid sample rate", -9997)
        self.samplerate, self.told = float(samplerate), told
        self.give, self.finish = callback, finished_callback
        self.running = False

    def start(self):
        self.running = True

    def close(self, ignore_errors=True):
        self.running = False


@pytest.fixture
def portaudio(monkeypatch):
    """A sounddevice with one microphone that knows two rates."""
    devices = [
        {"name": "Speakers (hw:0,0)", "max_input_channels": 0, "default_samplerate": 48_000.0},
        {"name": "Array (hw:1,0)", "max_input_channels": 4, "default_samplerate": 44_100.0},
    ]
    made = types.SimpleNamespace(
        default=types.SimpleNamespace(device=(1, 0)),
        query_devices=lambda: devices,
        RawInputStream=Stream,
        PortAudioError=Refused,
    )
    monkeypatch.setattr(microphone, "load_sounddevice", lambda lean, source: made)
    monkeypatch.setattr(microphone, "read_cards", lambda: {1: "Array"})
    return made


def times(now_s, begun_s):
    return types.SimpleNamespace(currentTime=now_s, inputBufferAdcTime=begun_s)


OVERFLOWED, FINE = types.SimpleNamespace(input_overflow=True), types.SimpleNamespace(input_overflow=False)


def test_its_own_rate_is_taken_when_it_refuses_the_one_asked_for(portaudio):
    opened = open_microphone(SourceSettings("hw:CARD=Array"))
    assert isinstance(opened, SoundSource)
    assert (opened.rate_hz, opened.device, opened.live) == (44_100, "hw:CARD=Array,DEV=0", True)
    told = opened._stream.told
    assert (told["device"], told["channels"], told["dtype"], told["blocksize"]) == (1, 1, "float32", 1411)


def test_the_rate_asked_for_is_taken_when_it_can_be_had(portaudio):
    assert open_microphone(SourceSettings("", rate_hz=48_000)).rate_hz == 48_000


def test_the_callback_hands_on_and_tells_how_old_the_sound_is(portaudio):
    opened = open_microphone(SourceSettings(""))
    written = []
    sink = types.SimpleNamespace(write=lambda *told: written.append(told))
    opened._stream.give(b"early", 441, times(5.0, 4.9), FINE)
    opened.start(sink)
    opened._stream.give(b"one", 441, times(5.0, 4.9), FINE)
    opened._stream.give(b"two", 441, times(5.0, 4.9999), OVERFLOWED)
    opened._stream.give(b"three", 441, times(5.0, 0.0), FINE)
    assert written == [
        (b"one", pytest.approx(0.1), False),
        (b"two", pytest.approx(0.01), True),
        (b"three", pytest.approx(0.01), False),
    ]


def test_a_stream_that_finishes_has_ended(portaudio):
    opened = open_microphone(SourceSettings(""))
    opened.start(None)
    assert opened.ended() == ""
    opened._stream.finish()
    assert opened.ended() == "the device stopped"
    opened.close()
    assert not opened._stream.running


def test_a_microphone_that_is_held_by_another_is_told(portaudio, monkeypatch):
    def busy(**told):
        raise Refused("Error opening stream: Device unavailable", -9985)

    monkeypatch.setattr(portaudio, "RawInputStream", busy)
    with pytest.raises(SoundError, match="cannot be opened; seen: Error opening stream: Device unavailable"):
        open_microphone(SourceSettings(""))


def test_without_portaudio_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(os.environ, "ALSA_CONFIG_PATH", "/usr/share/alsa/alsa.conf")
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", None)
    with pytest.raises(SoundError, match="apt-get install libportaudio2"):
        microphone.load_sounddevice()


# A real PulseAudio


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with pulseaudio.running(tmp_path_factory.mktemp("pulse")) as server:
        yield server


@pytest.fixture
def listening(monkeypatch):
    """Make captures of a server's microphone, stopped at the end."""
    made = []

    def listen(server, **changed):
        for name in ("XDG_RUNTIME_DIR", "HOME"):
            monkeypatch.setenv(name, server.environ[name])
        times_ms = {"open_ms": 60_000.0, "lost_ms": 15_000.0, "retry_ms": 200.0, "retry_max_ms": 500.0}
        config = CaptureConfig(device=f"pulse:{pulseaudio.SOURCE}", **{**times_ms, **changed})
        made.append(Capture(CaptureSettings(config, "cabin_sound:open_microphone")))
        made[-1].start()
        return made[-1]

    yield listen
    for capture in made:
        capture.stop()


def hear(capture, until):
    poll = select.poll()
    poll.register(capture.fileno(), select.POLLIN)
    blocks, give_up = [], time.monotonic() + PATIENCE_S
    while not until(blocks):
        assert time.monotonic() < give_up, capture.state
        poll.poll(1000)
        blocks += capture.read(16)
    return blocks


def loudest(blocks):
    return max((float(np.max(np.abs(block.samples))) for block in blocks), default=0.0)


@needs_pulse
def test_what_is_spoken_into_it_is_heard(server, listening):
    capture = listening(server)
    hear(capture, lambda blocks: len(blocks) > 3)
    assert (capture.state.status, capture.state.device) == ("open", f"pulse:{pulseaudio.SOURCE}")
    server.speak(FILE)
    spoken = read_sound(FILE).samples
    heard = np.concatenate(
        [block.samples for block in hear(capture, lambda blocks: len(blocks) * 512 > 2 * len(spoken))]
    )
    size = 2 ** int(np.ceil(np.log2(len(heard) + len(spoken))))
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(spoken, size)))
    assert np.max(match) > 0.9 * float(np.sum(spoken**2)) or capture.state.overflows > 0


@needs_pulse
def test_killed_it_hears_again(server, listening):
    capture = listening(server)
    hear(capture, lambda blocks: len(blocks) > 3)
    before = capture.state.pid
    os.kill(before, signal.SIGKILL)
    blocks = hear(capture, lambda blocks: any(block.damaged for block in blocks))
    assert capture.state.pid != before
    assert next(block.lost for block in blocks if block.damaged) > 0


@needs_pulse
def test_a_microphone_that_comes_goes_and_comes_again(tmp_path, listening):
    # With no other source to move its clients to, PulseAudio ends them when theirs goes.
    server = pulseaudio.Pulse(tmp_path, rate_hz=44_100, always_sink=False)
    try:
        capture = listening(server, lost_ms=4000.0)
        hear(capture, lambda blocks: capture.state.problem is not None)
        assert capture.state.status == "waiting"
        server.plug_in()
        hear(capture, lambda blocks: len(blocks) > 3)
        server.unplug()
        hear(capture, lambda blocks: capture.state.status == "lost")
        server.plug_in()
        hear(capture, lambda blocks: any(block.damaged for block in blocks))
        assert capture.state.status in ("open", "silent")
    finally:
        server.stop()


@needs_pulse
def test_another_program_of_sound_may_die_and_come_back(tmp_path, listening):
    server = pulseaudio.Pulse(tmp_path)
    try:
        server.plug_in()
        capture = listening(server, lost_ms=4000.0)
        hear(capture, lambda blocks: len(blocks) > 3)
        server.stop()
        hear(capture, lambda blocks: capture.state.status == "lost")
        server.start()
        server.plug_in()
        hear(capture, lambda blocks: any(block.damaged for block in blocks))
    finally:
        server.stop()
