"""Another program's sound: connects to its Unix stream socket and reads one line of JSON, then samples.

    {"format": "s16", "rate_hz": 48000}\\n
    mono samples, native byte order, s16 or f32

The other side listens, paces the sound, and closes when it is over; cabin then connects anew until somebody listens
again. `"live": false` says that the sound comes faster than it was spoken: then nothing is lost, the sender is held up.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from array import array
from typing import TYPE_CHECKING, Any

from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.audio.source import SoundSink, SourceSettings

__all__ = ["SocketSource"]

_HEADER_S = 2.0
_LONGEST_HEADER = 1024
_RATES_HZ = (4_000, 192_000)
_FORMATS = {"f32": "f", "s16": "h"}
_FULL_S = 0.002


class SocketSource:
    """One connection."""

    def __init__(self, settings: SourceSettings) -> None:
        self.device = settings.device
        self._socket = _connect(settings.device)
        try:
            header = _header(self._socket, self.device)
        except SoundError:
            self._socket.close()
            raise
        self.rate_hz: int = header["rate_hz"]
        self.live: bool = header.get("live", True)
        self._code = _FORMATS[header["format"]]
        self._frames = max(1, round(settings.block_s * self.rate_hz))
        self._stop = threading.Event()
        self._why = ""
        self._thread: threading.Thread | None = None

    def start(self, sink: SoundSink) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._read, args=(sink,), name="socket", daemon=True)
        self._thread.start()

    def ended(self) -> str:
        """Return why no sound follows."""
        return self._why

    def close(self) -> None:
        """Hang up."""
        self._stop.set()
        with contextlib.suppress(OSError):  # the other side was first
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def _read(self, sink: SoundSink) -> None:
        block = array(self._code, bytes(self._frames * array(self._code).itemsize))
        view = memoryview(block).cast("B")
        filled = 0
        while not self._stop.is_set():
            try:
                count = self._socket.recv_into(view[filled:])
            except OSError as error:
                self._why = f"the connection broke: {error.strerror or error}"
                return
            if not count:
                self._why = "the other side closed the socket"
                return
            filled += count
            if filled == len(view):
                filled = 0
                while not self.live and not sink.room() and not self._stop.wait(_FULL_S):
                    pass
                sink.write(block if self._code == "f" else _as_float(block), self._frames / self.rate_hz)


def _as_float(block: array[int]) -> array[float]:
    return array("f", [sample / 32768.0 for sample in block])


def _connect(path: str) -> socket.socket:
    if not path:
        raise SoundError(Problem("no socket is named", "capture.device", hint="Set capture.device to its path."))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_HEADER_S)
    try:
        connection.connect(path)
    except (OSError, ValueError) as error:
        connection.close()
        hint = "Start the program that the sound comes from."
        seen = getattr(error, "strerror", None) or str(error)
        raise SoundError(Problem("nobody listens on the socket", path, seen, hint=hint)) from error
    return connection


def _header(connection: socket.socket, where: str) -> dict[str, Any]:
    """Read the line of JSON, byte by byte: what follows it is sound. Raises SoundError."""
    line = bytearray()
    try:
        while not line.endswith(b"\n") and len(line) < _LONGEST_HEADER:
            byte = connection.recv(1)
            if not byte:
                break
            line += byte
    except OSError as error:
        raise SoundError(Problem("no line of JSON came", where, error.strerror or "nothing for 2 s")) from error
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    wrong = _wrong(header)
    if wrong:
        expected = '{"format": "s16" or "f32", "rate_hz": 4000 to 192000}'
        raise SoundError(Problem(wrong, where, line.decode("utf-8", "replace").strip()[:100], expected))
    connection.settimeout(None)
    return dict(header)


def _wrong(header: Any) -> str:
    if not isinstance(header, dict):
        return "the sound does not begin with a line of JSON"
    if header.get("format") not in _FORMATS:
        return "unknown format of samples"
    rate = header.get("rate_hz")
    if type(rate) is not int or not _RATES_HZ[0] <= rate <= _RATES_HZ[1]:
        return "unknown sample rate"
    return "" if isinstance(header.get("live", True), bool) else "live is neither true nor false"
