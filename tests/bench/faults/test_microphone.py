"""The virtual microphone, heard by a program that stands for the capture process."""

from __future__ import annotations

import json
import socket
import threading

import numpy as np
import pytest

from cabin.bench.faults.microphone import CHUNK_S, VirtualMicrophone

VOICE = np.full(2000, 0.5, dtype=np.float32)


@pytest.fixture
def microphone(tmp_path):
    made = VirtualMicrophone(tmp_path / "m")
    made.plug_in()
    yield made
    made.unplug()


def listen(microphone):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(60)
    client.connect(str(microphone.path))
    header = b""
    while not header.endswith(b"\n"):
        header += client.recv(1)
    return client, json.loads(header)


def read(client, count):
    data = b""
    while len(data) < count * 4:
        data += client.recv(count * 4 - len(data))
    return np.frombuffer(data, dtype=np.float32)


def test_between_what_is_said_there_is_faint_noise(microphone):
    client, header = listen(microphone)
    assert header == {"rate_hz": 16_000, "format": "f32", "live": True}
    heard = read(client, round(CHUNK_S * 16_000))
    assert 0 < np.abs(heard).max() < 0.01
    said = {}
    speaking = threading.Thread(target=lambda: said.update(spoken=microphone.say(VOICE)))
    speaking.start()
    loud = np.concatenate([read(client, 512) for _ in range(20)])
    speaking.join(60)
    assert (loud > 0.4).sum() == len(VOICE)
    assert said["spoken"].begun_s < said["spoken"].ended_s
    client.close()


def test_digital_silence(microphone):
    microphone.is_zero = True
    client, _ = listen(microphone)
    assert not read(client, 1024).any()
    client.close()


def test_another_rate_is_resampled(microphone):
    microphone.rate_hz = 48_000
    client, header = listen(microphone)
    assert header["rate_hz"] == 48_000
    microphone.begin(VOICE)
    loud = np.concatenate([read(client, 1536) for _ in range(20)])
    assert (loud > 0.25).sum() == pytest.approx(3 * len(VOICE), rel=0.05)
    client.close()


def test_unplugged_it_hangs_up_and_is_not_there(microphone):
    client, _ = listen(microphone)
    microphone.unplug()
    while client.recv(65536):
        pass
    with pytest.raises(FileNotFoundError):
        listen(microphone)
    microphone.plug_in()
    assert microphone.connections == 1
    client, _ = listen(microphone)
    assert len(read(client, 512)) == 512


def test_what_nobody_hears_to_its_end_counts_as_said(microphone):
    client, _ = listen(microphone)
    read(client, 512)
    speaking = threading.Thread(target=lambda: microphone.say(np.zeros(160_000, dtype=np.float32) + 0.5), daemon=True)
    speaking.start()
    read(client, 2048)
    client.close()
    speaking.join(60)
    assert not speaking.is_alive()
