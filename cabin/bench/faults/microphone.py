"""A microphone whose every fault can be had: a server that the capture process connects to as to a device.

It speaks the protocol of the sound source `socket` (plugins/cabin_sound): a line of JSON, then samples in real time.
Between what is said it gives faint noise, as microphones do.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["Spoken", "VirtualMicrophone"]

CHUNK_S = 0.032
_NOISE = 1e-4
_BEHIND_S = 0.3
"""So much late, it catches up; more is lost, as with a microphone."""


@dataclass(frozen=True)
class Spoken:
    """When something was said, on time.monotonic."""

    begun_s: float
    ended_s: float


class VirtualMicrophone:
    """Listens on a Unix socket while it is plugged in."""

    def __init__(self, path: Path, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self.path, self.rate_hz = path, rate_hz
        self.pace = 1.0
        """How much faster than real time it gives sound; not what it says of itself."""
        self.is_mute = False
        """Gives nothing at all, and stays connected."""
        self.is_zero = False
        """Gives digital silence."""
        self.given_s = 0.0
        """How much of what is being said has been given."""
        self.connections = 0
        self._lines: queue.SimpleQueue[Samples] = queue.SimpleQueue()
        self._said = threading.Condition()
        self._done_s: list[float] = []
        self._random = np.random.default_rng(7)
        self._is_over = False
        self._peer: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def plug_in(self) -> None:
        """Begin to listen."""
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.path))
        listener.listen(8)
        listener.settimeout(0.2)
        self._listener, self._is_over = listener, False
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="microphone", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Hang up, and listen no more."""
        self._is_over = True
        self.path.unlink(missing_ok=True)
        self.hang_up()
        if self._thread is not None:
            self._thread.join(10.0)
        if self._listener is not None:
            self._listener.close()

    def hang_up(self) -> None:
        """Close the connection; the next one is served."""
        peer = self._peer
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def begin(self, samples: Samples) -> float:
        """Say something, float32 at 16 kHz, without waiting for its end; return how long it takes in seconds."""
        self._lines.put(samples)
        return len(samples) / SAMPLE_RATE_HZ

    def say(self, samples: Samples, patience_s: float = 60.0) -> Spoken:
        """Say something; return when it was, once all of it is given. Raises TimeoutError when nobody listens."""
        before, begun_s = len(self._done_s), time.monotonic()
        self.begin(samples)
        with self._said:
            if not self._said.wait_for(lambda: len(self._done_s) > before, patience_s):
                raise TimeoutError("nobody took the sound")
        return Spoken(begun_s, self._done_s[before])

    def _serve(self, listener: socket.socket) -> None:
        while not self._is_over:
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            peer.settimeout(2.0)
            self._peer = peer
            self.connections += 1
            with contextlib.suppress(OSError), peer:
                header = {"rate_hz": self.rate_hz, "format": "f32", "live": True}
                peer.sendall(json.dumps(header).encode() + b"\n")
                self._give(peer)

    def _give(self, peer: socket.socket) -> None:
        count, rest = round(CHUNK_S * self.rate_hz), np.zeros(0, dtype=np.float32)
        due_s = time.monotonic()
        while not self._is_over:
            due_s = max(due_s + CHUNK_S / self.pace, time.monotonic() - _BEHIND_S)
            time.sleep(max(0.0, due_s - time.monotonic()))
            if self.is_mute:
                continue
            if not len(rest):
                with contextlib.suppress(queue.Empty):
                    rest = self._resampled(self._lines.get_nowait())
                    self.given_s = 0.0
            chunk, rest = rest[:count], rest[count:]
            noise = np.zeros if self.is_zero else self._noise
            said = len(chunk) > 0
            try:
                peer.sendall(np.concatenate((chunk, noise(count - len(chunk)))).astype(np.float32).tobytes())
            except OSError:  # nobody hears the rest: it is said all the same
                if said:
                    self._note_said()
                raise
            self.given_s += len(chunk) / self.rate_hz
            if said and not len(rest):
                self._note_said()

    def _note_said(self) -> None:
        with self._said:
            self._done_s.append(time.monotonic())
            self._said.notify_all()

    def _noise(self, count: int) -> Samples:
        made: Samples = (self._random.standard_normal(count) * _NOISE).astype(np.float32)
        return made

    def _resampled(self, samples: Samples) -> Samples:
        if self.rate_hz == SAMPLE_RATE_HZ:
            return samples
        import soxr

        made: Samples = soxr.resample(samples, SAMPLE_RATE_HZ, self.rate_hz).astype(np.float32)
        return made
