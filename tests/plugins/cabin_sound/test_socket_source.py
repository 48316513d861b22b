"""Another program's sound."""

from __future__ import annotations

import contextlib
import json
import socket
import threading

import numpy as np
import pytest

from cabin.audio.source import SoundSource, SourceSettings
from cabin.errors import SoundError
from cabin_sound import open_socket

PATIENCE_S = 180.0


@contextlib.contextmanager
def speaking(path, data):
    """Listen on `path`; who connects gets `data`, and then the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(1)

        def speak():
            peer, _ = listener.accept()
            with peer, contextlib.suppress(OSError):
                peer.sendall(data)

        thread = threading.Thread(target=speak)
        thread.start()
        yield
        thread.join()


class Sink:
    def __init__(self):
        self.blocks = []

    def write(self, samples, delay_s, overflowed=False):
        self.blocks.append((np.frombuffer(bytes(samples), dtype=np.float32), delay_s))

    def room(self):
        return 4


def heard(path, header, sound):
    with speaking(path, json.dumps(header).encode() + b"\n" + sound.tobytes()):
        source = open_socket(SourceSettings(str(path), block_s=0.01))
        sink = Sink()
        source.start(sink)
        source._thread.join(PATIENCE_S)
    assert source.ended() == "the other side closed the socket"
    source.close()
    return source, sink


@pytest.mark.parametrize("live", [True, False])
def test_floats_come_as_they_are_in_whole_blocks(tmp_path, live):
    sound = np.linspace(-1, 1, 1000, dtype=np.float32)
    source, sink = heard(tmp_path / "s", {"format": "f32", "rate_hz": 48_000, "live": live}, sound)
    assert isinstance(source, SoundSource)
    assert (source.rate_hz, source.live, source.device) == (48_000, live, str(tmp_path / "s"))
    assert [len(block) for block, _ in sink.blocks] == [480, 480]
    assert np.array_equal(np.concatenate([block for block, _ in sink.blocks]), sound[:960])
    assert sink.blocks[0][1] == pytest.approx(0.01)


def test_integers_become_floats(tmp_path):
    sound = np.array([0, 1, -1, 16_384, 32_767, -32_768] * 20, dtype=np.int16)
    _, sink = heard(tmp_path / "s", {"format": "s16", "rate_hz": 4000}, sound)
    assert np.array_equal(np.concatenate([block for block, _ in sink.blocks]), sound.astype(np.float32) / 32_768)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "does not begin with a line of JSON"),
        (b"\0" * 5000, "does not begin with a line of JSON"),
        (b"[1]\n", "does not begin with a line of JSON"),
        (b'{"format": "mp3", "rate_hz": 16000}\n', "unknown format"),
        (b'{"format": "s16", "rate_hz": 16000.0}\n', "unknown sample rate"),
        (b'{"format": "s16", "rate_hz": 10}\n', "unknown sample rate"),
        (b'{"format": "s16", "rate_hz": 16000, "live": 1}\n', "live is neither true nor false"),
    ],
)
def test_a_wrong_beginning_is_refused(tmp_path, data, what):
    with speaking(tmp_path / "s", data), pytest.raises(SoundError, match=what):
        open_socket(SourceSettings(str(tmp_path / "s")))


@pytest.mark.parametrize("name", ["none", "x" * 300])
def test_nobody_there_is_told(tmp_path, name):
    with pytest.raises(SoundError, match="nobody listens on the socket"):
        open_socket(SourceSettings(str(tmp_path / name)))
    with pytest.raises(SoundError, match="no socket is named"):
        open_socket(SourceSettings())


def test_closing_hangs_up(tmp_path):
    data = b'{"format": "f32", "rate_hz": 16000}\n' + bytes(10_000_000)
    with speaking(tmp_path / "s", data):
        source = open_socket(SourceSettings(str(tmp_path / "s")))
        source.start(Sink())
        source.close()
    assert not source._thread.is_alive()
