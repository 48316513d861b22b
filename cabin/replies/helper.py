"""A helper process as the daemon sees it: started when wanted, spoken to, killed. Never waited for on the event loop.

    python -m MODULE JSON        JSON: {"fd": its end of a socket pair, "parent": pid, ...}

Both sides send frames (cabin.daemon.frames): a JSON object, and sound beside it. It ends when its socket is closed or
its parent dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cabin.daemon.frames import FrameError, FrameReader, encode_frame

__all__ = ["Helper", "HelperEnd"]

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""

_MOST_UNREAD_BYTES = 16 * 2**20
"""A helper that leaves more unread hangs; half a reply of the longest sentences is far less."""

Message = dict[str, Any]


class Helper(asyncio.Protocol):
    """One process. Everything on the event loop; `heard` gets what it says, `gone` is called once, when it is gone."""

    def __init__(self, heard: Callable[[Message, bytes], None], gone: Callable[[str], None]) -> None:
        self.used_s = time.monotonic()
        """When it was last wanted."""
        self._heard, self._gone = heard, gone
        self._why = ""
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, while it is spoken to."""
        return self._process.pid if self._process is not None and self.is_there else None

    @property
    def is_there(self) -> bool:
        """Whether it can be sent anything."""
        return self._transport is not None and not self._transport.is_closing()

    async def start(self, module: str, told: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        """Start the process. Raises OSError when the system has no room for it."""
        ours, theirs = socket.socketpair()
        try:
            argument = json.dumps({**told, "fd": theirs.fileno(), "parent": os.getpid()})
            self._process = subprocess.Popen(
                # -P: nothing in the working directory may stand in for a module
                [sys.executable, "-P", "-m", module, argument],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(_import_path())},
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)

    def send(self, message: Message, body: bytes = b"") -> None:
        """Send a message; to one that is gone, none. Never waits: one that does not read is killed."""
        self.used_s = time.monotonic()
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(encode_frame(message, body))
        if self._transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self.kill("it does not read what it is sent")

    def end(self) -> None:
        """Let it end: it closes its device when its socket is closed. Never waits."""
        self._why = self._why or "asked to end"
        if self._transport is not None:
            self._transport.close()

    def kill(self, why: str) -> None:
        """End it now; `why` is told."""
        self._why = self._why or why
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand on what it says; one that sends nonsense is killed."""
        try:
            for message, body in self._reader.feed(data):
                self._heard(message, body)
        except FrameError:
            self.kill("it sent what is no message")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Note that it is gone, and wait for its process on a thread."""
        process = self._process
        if process is not None:
            threading.Thread(target=_reap, args=(process,), daemon=True).start()
        self._gone(self._why or "it ended")


class HelperEnd:
    """The helper's own end. `send` from any thread; `messages` on one."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._sending = threading.Lock()

    @classmethod
    def begin(cls, argument: str) -> tuple[HelperEnd, Message]:
        """Take what the daemon told on the command line; from here on the process dies with the daemon."""
        told: Message = json.loads(argument)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the daemon ends it when the reply in the air is over
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != told["parent"]:
            raise SystemExit(1)
        return cls(told["fd"]), told

    def send(self, message: Message, body: bytes = b"") -> None:
        """Send a message; when nobody is there to read it, none."""
        with self._sending, contextlib.suppress(OSError):
            self._socket.sendall(encode_frame(message, body))

    def messages(self) -> Iterator[tuple[Message, bytes]]:
        """Yield what the daemon sends, until it closes."""
        reader = FrameReader()
        with contextlib.suppress(ConnectionResetError):
            while data := self._socket.recv(262_144):
                yield from reader.feed(data)


def _reap(process: subprocess.Popen[bytes], patience_s: float = 1.0) -> None:
    """Wait for the end of a process whose socket is closed; kill it when it does not come."""
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _import_path() -> list[str]:
    """Return where this process finds its modules, so that the helper finds the same."""
    return [entry for entry in sys.path if entry and Path(entry).is_absolute()]
