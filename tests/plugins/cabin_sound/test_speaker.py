"""The loudspeaker: a PortAudio that the test plays, and a real PulseAudio whose sink is recorded."""

from __future__ import annotations

import asyncio
import subprocess
import time
import types

import numpy as np
import pytest

from cabin.errors import SoundError
from cabin.replies.opening import RepliesSettings
from cabin.replies.performer import Job, Performer
from cabin.replies.settings import RepliesConfig
from cabin.replies.sink import ReplySink, SinkSettings
from cabin_sound import open_speaker, speaker
from tests.plugins.cabin_sound import pulse as pulseaudio

PATIENCE_S = 180.0
LACKING = pulseaudio.lacking()
needs_pulse = pytest.mark.skipif(bool(LACKING), reason=f"no virtual loudspeaker here: {LACKING} missing")


class Refused(Exception):
    """PortAudioError as sounddevice raises it: text and number."""


class Stream:
    """A stream that keeps what it is given."""

    def __init__(self, samplerate, **told):
        if samplerate not in (44_100, 48_000):
            raise Refused("Error opening stream: Invalid sample rate", -9997)
        self.samplerate, self.told, self.latency = float(samplerate), told, 0.06
        self.calls, self.data, self.broken = [], b"", False
        self.write_available = 2880

    def write(self, data):
        if self.broken:
            raise Refused("Unanticipated host error", -9999)
        self.data += data
        self.write_available -= len(data) // 4

    def __getattr__(self, name):
        return lambda **told: self.calls.append(name)


@pytest.fixture
def portaudio(monkeypatch):
    """A sounddevice with one loudspeaker that knows two rates."""
    devices = [
        {"name": "Array (hw:1,0)", "max_output_channels": 0, "default_samplerate": 44_100.0},
        {"name": "Speakers (hw:0,0)", "max_output_channels": 2, "default_samplerate": 48_000.0},
    ]
    made = types.SimpleNamespace(
        default=types.SimpleNamespace(device=(0, 1)),
        query_devices=lambda: devices,
        RawOutputStream=Stream,
        PortAudioError=Refused,
    )
    monkeypatch.setattr(speaker, "load_sounddevice", lambda lean: made)
    monkeypatch.setattr(speaker, "read_cards", lambda: {0: "PCH", 1: "Array"})
    return made


def test_it_opens_at_a_rate_that_the_device_knows_and_rests_between_replies(portaudio):
    opened = open_speaker(SinkSettings("PCH", 24_000, {"buffer_ms": 40.0}))
    assert isinstance(opened, ReplySink)
    stream = opened._stream
    assert (opened.rate_hz, opened.latency_s) == (48_000, 0.06)
    assert (stream.told["device"], stream.told["channels"], stream.told["latency"]) == (1, 1, 0.04)
    opened.rest()  # nothing was played: the device is left alone
    assert opened.is_empty()
    assert stream.calls == []
    assert opened.room() == 2880
    opened.write(np.array([0.5, -0.5]))
    opened.write(np.array([0.25]))
    assert np.frombuffer(stream.data, np.float32).tolist() == [0.5, -0.5, 0.25]
    assert (opened.room(), opened.is_empty()) == (2877, False)
    stream.write_available = 2880
    assert opened.is_empty()
    opened.rest()
    assert opened.room() == 2880
    opened.write(np.array([0.5]))
    opened.drop()
    opened.close()
    assert stream.calls == ["start", "stop", "start", "abort", "close"]


def test_what_is_not_there_is_told_with_what_is(portaudio):
    with pytest.raises(SoundError, match="the loudspeaker 'PHC' is not there") as caught:
        open_speaker(SinkSettings("PHC"))
    assert caught.value.problems[0].where == "replies.device"
    assert "hw:CARD=PCH" in caught.value.problems[0].expected


def test_a_device_that_is_held_or_goes(portaudio):
    opened = open_speaker(SinkSettings(""))
    opened._stream.broken = True
    with pytest.raises(SoundError, match="does not play"):
        opened.write(np.zeros(4))

    def refuse(**told):
        raise Refused("Device unavailable", -9985)

    portaudio.RawOutputStream = refuse
    with pytest.raises(SoundError, match="cannot be opened"):
        open_speaker(SinkSettings(""))


@needs_pulse
def test_a_real_server_plays_it_and_is_silenced(tmp_path):
    """A long tone is heard in the sink's monitor; once it is cut short, silence is."""
    folder = tmp_path / "pulse"
    folder.mkdir()
    told = []

    async def work(environ):
        config = RepliesConfig(level="speech", device="pulse:cabin_mic", late_s=60, cache_s=0)
        settings = RepliesSettings(config, "cabin_sound:open_speaker", {}, "reply_fakes:open_voice", {})
        performer = Performer(settings, environ, lambda name, data: told.append(name), told.append)

        async def until(name):
            async with asyncio.timeout(PATIENCE_S):
                while name not in told:
                    await asyncio.sleep(0.01)

        async with asyncio.timeout(PATIENCE_S):  # a fresh sink gives nothing at first
            while (tmp_path / "heard.raw").stat().st_size < 16000:
                await asyncio.sleep(0.05)
        performer.begin(Job("answer", "done", "word " * 200))
        await until("speaking")
        await asyncio.sleep(1.0)
        assert performer.job is not None, told
        performer.silence("somebody speaks")
        await asyncio.sleep(1.5)
        performer.begin(Job("answer", "question"))
        await until("spoken")
        performer.end()

    with pulseaudio.running(folder) as pulse:
        command = [
            "parec",
            "-d",
            "cabin_mic.monitor",
            "--rate=16000",
            "--channels=1",
            "--format=s16le",
            "--latency-msec=20",
        ]
        with (tmp_path / "heard.raw").open("wb") as file:
            recorder = subprocess.Popen(command, env=pulse.environ, stdout=file)
            try:
                asyncio.run(work(pulse.environ))
                time.sleep(0.5)
            finally:
                recorder.terminate()
                recorder.wait(PATIENCE_S)
    heard = np.fromfile(tmp_path / "heard.raw", "<i2").astype(np.float64) / 32768
    levels = np.sqrt(np.mean(heard[: len(heard) // 800 * 800].reshape(-1, 800) ** 2, axis=1))
    loud = "".join("#" if level > 0.02 else "." for level in levels).strip(".")
    tone, _, rest = loud.partition("." * 10)  # half a second of silence
    assert 10 <= len(tone) < 100, loud  # 6 s of it were asked for
    assert rest.strip("."), loud  # and the tone that came after was heard
