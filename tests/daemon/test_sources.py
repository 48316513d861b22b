"""Sound from a file and over a socket, as the daemon's pump reads it."""

from __future__ import annotations

import itertools
import select
import socket
import wave

import numpy as np
import pytest

from cabin.daemon.sources import BLOCK_SAMPLES, FileSource, SocketSource, is_source
from cabin.errors import SoundError, UsageError


def write_wav(path, samples):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def read_all(source, count):
    blocks = []
    while sum(len(block.samples) for block in blocks) < count:
        assert select.select([source.fileno()], [], [], 60)[0]
        blocks += source.read(8)
    return blocks


@pytest.mark.parametrize(
    ("name", "fits"),
    [("capture", True), ("none", True), ("file:a.wav", True), ("socket:/a", True), ("file:", False), ("radio", False)],
)
def test_names(name, fits):
    assert is_source(name) == fits


def test_a_file_is_played_with_silence_behind_it(tmp_path):
    tone = np.sin(np.arange(16000) / 10).astype(np.float32) * 0.5
    source = FileSource([write_wav(tmp_path / "a.wav", tone)], silence_s=0.5, speed=50)
    source.start()
    blocks = read_all(source, 46 * BLOCK_SAMPLES)
    heard = np.concatenate([block.samples for block in blocks])
    assert np.abs(heard[:16000] - tone).max() < 1e-3
    assert np.abs(heard[16000:]).max() == 0.0
    assert all(a.begun_s <= b.begun_s for a, b in itertools.pairwise(blocks))
    source._thread.join(60)
    assert source.state.status == "stopped"
    source.stop()


def test_a_file_that_is_no_sound_is_told(tmp_path):
    (tmp_path / "b.wav").write_bytes(b"RIFF nonsense")
    source = FileSource([tmp_path / "b.wav"])
    source.start()
    source._thread.join(60)
    assert source.state.status == "lost"
    assert "b.wav" in source.state.problem
    source.stop()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        FileSource([tmp_path / "none.wav"])


def test_sound_over_a_socket_and_what_is_lost_when_nobody_reads(tmp_path):
    source = SocketSource(tmp_path / "s")
    source.start()
    sent = (np.arange(300 * BLOCK_SAMPLES) % 1000).astype("<i2")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as speaker:
        speaker.connect(str(tmp_path / "s"))
        speaker.sendall(sent.tobytes())
    while source.state.status != "waiting" or source.state.overflows < 44:
        select.select([], [], [], 0.01)
    blocks = read_all(source, 256 * BLOCK_SAMPLES)
    assert (blocks[0].damaged, blocks[1].damaged) == (True, False)
    assert blocks[0].lost == 44 * BLOCK_SAMPLES
    heard = np.concatenate([block.samples for block in blocks])
    assert np.abs(heard - sent[44 * BLOCK_SAMPLES :] / 32768.0).max() < 1e-6
    source.stop()
    assert not (tmp_path / "s").exists()


def test_a_socket_that_cannot_be_made(tmp_path):
    with pytest.raises(SoundError, match="cannot be made"):
        SocketSource(tmp_path / "no" / "s").start()
