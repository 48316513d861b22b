"""Where the daemon's sound comes from, all behind one protocol: capture, a wav file, a socket, nothing.

A source never blocks whoever reads it. Its file descriptor can be read when there is sound.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from cabin.errors import CabinError, Problem, SoundError, UsageError
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cabin.messages import Samples

__all__ = ["BLOCK_SAMPLES", "FileSource", "SocketSource", "Source", "SourceBlock", "SourceState", "is_source"]

BLOCK_SAMPLES = 512
"""32 ms: a frame of the voice detector."""

_KEPT_BLOCKS = 256
"""Eight seconds; when nobody reads, the oldest is lost and counted."""


class SourceBlock(Protocol):
    """Some sound, as cabin.audio.capture.Block has it."""

    @property
    def samples(self) -> Samples:
        """Shape (n,), mono float32 at 16 kHz."""
        ...

    @property
    def begun_s(self) -> float:
        """When the first sample was recorded, on time.monotonic."""
        ...

    @property
    def damaged(self) -> bool:
        """Whether samples were lost just before it."""
        ...

    @property
    def lost(self) -> int:
        """How many, as far as is known."""
        ...


class SourceState(Protocol):
    """How a source is, as cabin.audio.capture.CaptureState has it."""

    @property
    def status(self) -> str:
        """open, waiting (for the device), lost, silent or stopped."""
        ...

    @property
    def device(self) -> str:
        """The stable name of the device."""
        ...

    @property
    def overflows(self) -> int:
        """Times that samples were lost."""
        ...

    @property
    def problem(self) -> object:
        """What is wrong; nothing when all is well."""
        ...


class Source(Protocol):
    """Gives sound. stop may take a second and is not called on the event loop."""

    def start(self) -> None:
        """Begin. Raises SoundError when there never can be sound; a device that is not there yet is waited for."""
        ...

    def stop(self) -> None:
        """End; no other call follows."""
        ...

    def fileno(self) -> int:
        """Return what can be read when there is sound."""
        ...

    def read(self, max_blocks: int) -> Sequence[SourceBlock]:
        """Return what there is, at most so many blocks, without waiting."""
        ...

    @property
    def state(self) -> SourceState:
        """How it is."""
        ...


@dataclass(frozen=True)
class _Block:
    samples: Samples
    begun_s: float
    damaged: bool = False
    lost: int = 0


@dataclass(frozen=True)
class _State:
    status: Literal["open", "waiting", "lost", "silent", "stopped"]
    device: str
    overflows: int = 0
    problem: str = ""


def is_source(text: str) -> bool:
    """Whether `daemon.source` can be this."""
    kind, _, place = text.partition(":")
    return text in ("capture", "none") or (kind in ("file", "socket") and bool(place))


class _Fed:
    """What file and socket share: a thread that puts blocks, an event file descriptor that tells."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._status: Literal["open", "waiting", "lost", "silent", "stopped"] = "waiting"
        self._problem = ""
        self._overflows = 0
        self._blocks: deque[_Block] = deque()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="cabin-source", daemon=True)

    def start(self) -> None:
        """Begin to feed."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._status = "stopped"
        if self._thread.is_alive():
            self._thread.join(1.0)
        os.close(self._event)

    def fileno(self) -> int:
        """Return the event file descriptor."""
        return self._event

    def read(self, max_blocks: int) -> list[_Block]:
        """Return what there is."""
        with self._lock:
            taken = [self._blocks.popleft() for _ in range(min(max_blocks, len(self._blocks)))]
            if not self._blocks:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._event)
        return taken

    @property
    def state(self) -> _State:
        """How it is."""
        return _State(self._status, self._name, self._overflows, self._problem)

    def _put(self, samples: Samples, begun_s: float) -> None:
        with self._lock:
            if len(self._blocks) >= _KEPT_BLOCKS:
                gone, first = self._blocks.popleft(), self._blocks[0]
                self._overflows += 1
                lost = first.lost + gone.lost + len(gone.samples)
                self._blocks[0] = _Block(first.samples, first.begun_s, True, lost)
            self._blocks.append(_Block(samples, begun_s))
            os.eventfd_write(self._event, 1)

    def _run(self) -> None:
        try:
            self._feed()
        except CabinError as error:
            self._problem, self._status = str(error), "lost"
        except OSError as error:
            self._problem, self._status = error.strerror or str(error), "lost"
        else:
            self._status = "stopped"

    def _feed(self) -> None:
        raise AssertionError("each source has its own")


class FileSource(_Fed):
    """Wav files, one after the other, as if they were spoken now; silence follows each so that it is heard to end."""

    def __init__(
        self, files: Sequence[Path], *, silence_s: float = 1.2, speed: float = 1.0, again: bool = False
    ) -> None:
        """`speed`: 1 as recorded; `again`: begin anew at the end. Raises UsageError when a file is not there."""
        missing = [Problem("no such file", str(file)) for file in files if not file.is_file()]
        if missing:
            raise UsageError(missing)
        super().__init__(f"file:{files[0]}" if files else "file")
        self._files, self._silence_s, self._speed, self._again = files, silence_s, speed, again

    def _feed(self) -> None:
        from cabin.audio.wav import stream_sound

        self._status = "open"
        due_s = time.monotonic()
        while True:
            for file in self._files:
                silence = np.zeros(round(self._silence_s * SAMPLE_RATE_HZ), dtype=np.float32)
                rest = np.zeros(0, dtype=np.float32)
                for piece in (*stream_sound(file), silence):
                    rest = np.concatenate((rest, piece))
                    while len(rest) >= BLOCK_SAMPLES:
                        block, rest = rest[:BLOCK_SAMPLES].copy(), rest[BLOCK_SAMPLES:]
                        due_s += BLOCK_SAMPLES / SAMPLE_RATE_HZ / self._speed
                        if self._ended.wait(max(0.0, due_s - time.monotonic())):
                            return
                        self._put(block, time.monotonic() - BLOCK_SAMPLES / SAMPLE_RATE_HZ)
            if not self._again:
                return


class SocketSource(_Fed):
    """Raw sound over a Unix socket: signed 16-bit little-endian, mono, 16 kHz. One speaker at a time."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"socket:{path}")
        self._path = path
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Begin to listen. Raises SoundError when the socket cannot be made."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if self._path.is_socket():
                self._path.unlink()
            before = os.umask(0o177)
            try:
                listener.bind(str(self._path))
            finally:
                os.umask(before)
            listener.listen(1)
        except OSError as error:
            listener.close()
            what = f"the socket for sound cannot be made ({error.strerror or error})"
            raise SoundError(Problem(what, str(self._path))) from error
        listener.settimeout(0.5)
        self._listener = listener
        super().start()

    def stop(self) -> None:
        """End, and remove the socket."""
        super().stop()
        if self._listener is not None:
            self._listener.close()
            self._path.unlink(missing_ok=True)

    def _feed(self) -> None:
        assert self._listener is not None
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.5)
                self._status = "open"
                self._follow(connection)
                self._status = "waiting"

    def _follow(self, connection: socket.socket) -> None:
        rest = b""
        size = BLOCK_SAMPLES * 2
        while not self._ended.is_set():
            try:
                data = connection.recv(65536)
            except TimeoutError:
                self._status = "silent"
                continue
            except OSError:
                return
            if not data:
                return
            self._status = "open"
            rest += data
            while len(rest) >= size:
                block, rest = rest[:size], rest[size:]
                samples = np.frombuffer(block, dtype="<i2").astype(np.float32) / 32768.0
                self._put(samples, time.monotonic() - BLOCK_SAMPLES / SAMPLE_RATE_HZ)
