"""The other end of the socket source: a program that has a microphone of its own, well behaved or not."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from pathlib import Path

import numpy as np

CHUNK_S = 0.032


def ramp(begin: int, count: int) -> np.ndarray:
    """Sound that tells where it was: the value of each sample is its number, modulo 2^15."""
    return ((np.arange(begin, begin + count) % 32_768) / 32_768).astype(np.float32)


def zeros(begin: int, count: int) -> np.ndarray:
    """Digital silence."""
    return np.zeros(count, dtype=np.float32)


class SoundServer:
    """Listens on a Unix socket; everybody who connects hears the sound from now on, as a device would give it."""

    def __init__(self, path: Path, *, rate_hz=16_000, sound=ramp, pace=1.0, live=True, header=None):
        self.path, self.rate_hz, self.sound, self.pace = path, rate_hz, sound, pace
        self.header = json.dumps(header or {"rate_hz": rate_hz, "format": "f32", "live": live}).encode() + b"\n"
        self.connections = 0
        self.position = 0
        self.mute = threading.Event()
        self._over = threading.Event()
        self._peer: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """Close the connection; the next one is served as before."""
        peer = self._peer
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop for good."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join()
        self._listener.close()
        self.path.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._peer = peer
            with contextlib.suppress(OSError), peer:
                peer.sendall(self.header)
                self._speak(peer)

    def _speak(self, peer: socket.socket) -> None:
        count = round(CHUNK_S * self.rate_hz)
        due_s = time.monotonic()
        while not self._over.is_set():
            if self.mute.is_set():
                if not peer.recv(1):
                    return
                continue
            if self.pace:
                due_s += CHUNK_S / self.pace
                self._over.wait(max(0.0, due_s - time.monotonic()))
            peer.sendall(self.sound(self.position, count).tobytes())
            self.position += count
