"""`cabin microphones`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cabin_sound import microphone, names
from cabin_sound.listing import microphones
from cabin_sound.names import Device


@pytest.fixture
def devices(monkeypatch):
    found = [Device(2, "Array (hw:1,0)", 44_100), Device(5, "pulse", 48_000, is_default=True)]
    monkeypatch.setattr(microphone, "load_sounddevice", lambda: None)
    monkeypatch.setattr(microphone, "input_devices", lambda sounddevice: found)
    monkeypatch.setattr(names, "read_cards", lambda: {1: "Array"})
    return found


def test_names_that_stay_are_listed(devices):
    told = CliRunner().invoke(microphones, [])
    assert told.output == "hw:CARD=Array,DEV=0  44100 Hz\npulse  48000 Hz  (default)\n"


def test_json_is_one_object_a_line(devices):
    told = [json.loads(line) for line in CliRunner().invoke(microphones, ["--json"]).output.splitlines()]
    assert told[0] == {
        "name": "hw:CARD=Array,DEV=0",
        "rate_hz": 44_100,
        "default": False,
        "portaudio": "Array (hw:1,0)",
    }
    assert told[1]["default"] is True


def test_none_is_said_so(devices):
    devices.clear()
    told = CliRunner().invoke(microphones, [])
    assert (told.exit_code, told.stdout) == (0, "")
    assert "no microphone is there" in told.stderr
