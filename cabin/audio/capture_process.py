"""One capture process as its parent holds it: started, listened to, killed, and nothing of it left behind."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.audio.ring import Ring, RingReader
from cabin.errors import Problem

if TYPE_CHECKING:
    from cabin.audio.capture_settings import CaptureSettings

__all__ = ["CaptureProcess"]

_MODULE = "cabin.audio.capture_child"
_STDERR_BYTES = 4096
"""The first so many bytes of what libraries say on stderr are kept; no flood of it fills memory or blocks a pipe."""
_LONGEST_DATAGRAM, _MOST_DATAGRAMS = 65_536, 16

_log = logging.getLogger(__name__)


class CaptureProcess:
    """A process with a ring of its own, so that one that cannot die does not write into its successor's.

    Raises OSError when the process or its memory cannot be had. Start it from a thread that lives as long as it is
    wanted: the kernel ends it with that thread.
    """

    def __init__(self, settings: CaptureSettings) -> None:
        self.ring = Ring(settings.shape)
        theirs = None
        self.status: socket.socket | None = None
        self.hung_up = False
        """Whether the process has closed its end of the status socket."""
        self._stderr_fd = self.pid_fd = -1
        try:
            self.status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.status.setblocking(False)
            self._stderr_fd = _sealed_memory(_STDERR_BYTES)
            self.reader = RingReader(self.ring)
            self._popen = self._start(settings, theirs.fileno())
            self.pid_fd = os.pidfd_open(self._popen.pid)
        except OSError:
            if hasattr(self, "_popen"):
                self.kill()
            self.close()
            raise
        finally:
            if theirs is not None:
                theirs.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._popen.pid

    @property
    def event_fd(self) -> int:
        """Readable when blocks were written."""
        return self.ring.event_fd

    def messages(self) -> list[dict[str, Any]]:
        """Return what the process has told since; damaged messages are left out."""
        told: list[dict[str, Any]] = []
        status = self.status
        if status is None:
            return told
        for _ in range(_MOST_DATAGRAMS):
            try:
                data = status.recv(_LONGEST_DATAGRAM)
            except OSError:  # nothing more for now, or reset: the process has died
                break
            if not data:
                self.hung_up = True
                break
            try:
                message = json.loads(data)
            except ValueError:
                continue
            if isinstance(message, dict):
                told.append(message)
        return told

    def close_status(self) -> None:
        """Listen to it no more; a living process takes that as the word to end."""
        if self.status is not None:
            self.status.close()
            self.status = None

    def exit_status(self) -> int | None:
        """Return the exit status, negative for a signal; None while it lives. Never waits."""
        return self._popen.poll()

    def kill(self) -> None:
        """End it now, stopped or hung as it may be; never waits."""
        if self._popen.poll() is None:
            self._popen.kill()

    def end(self, grace_s: float) -> bool:
        """Let it close its device, kill it after `grace_s`; return whether it is gone."""
        self.close_status()
        for _ in range(2):
            try:
                self._popen.wait(grace_s)
            except subprocess.TimeoutExpired:
                self.kill()
            else:
                return True
        return self.exit_status() is not None

    def close(self) -> None:
        """Free the ring and the descriptors. The process, if it still lives, is only waited for by `exit_status`."""
        reader = getattr(self, "reader", None)
        if reader is not None:
            reader.close()
        self.ring.close()
        self.close_status()
        for fd in (self._stderr_fd, self.pid_fd):
            if fd >= 0:
                os.close(fd)
        self._stderr_fd = self.pid_fd = -1

    def how_it_ended(self) -> Problem:
        """Return what to tell of a process that went without a word."""
        status = self.exit_status()
        if status is not None and status < 0:
            what = f"the capture process was killed by {_signal_name(-status)}"
        else:
            what = "the capture process gave up" if status is None else f"the capture process ended, status {status}"
        return Problem(what, f"process {self.pid}", self.said())

    def said(self) -> str:
        """Return the last line that the process's libraries wrote on stderr, of the first 4096 bytes."""
        try:
            text = os.pread(self._stderr_fd, _STDERR_BYTES, 0).rstrip(b"\0").decode("utf-8", "replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""

    def _start(self, settings: CaptureSettings, status_fd: int) -> subprocess.Popen[bytes]:
        shape = settings.shape
        told = {
            "factory": settings.factory,
            "settings": dataclasses.asdict(settings.source_settings()),
            "shape": [shape.slots, shape.slot_frames],
            "memory_fd": self.ring.memory_fd,
            "event_fd": self.ring.event_fd,
            "status_fd": status_fd,
            "parent": os.getpid(),
        }
        return subprocess.Popen(
            # -P: nothing in the working directory may stand in for a module
            [sys.executable, "-P", "-m", _MODULE, json.dumps(told)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._stderr_fd,
            pass_fds=(self.ring.memory_fd, self.ring.event_fd, status_fd),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(_import_path())},
        )


def _import_path() -> list[str]:
    """Return where this process finds its modules, so that the other finds the same: cabin, plugins, libraries."""
    return [entry for entry in sys.path if entry and Path(entry).is_absolute()]


def _sealed_memory(size: int) -> int:
    fd = os.memfd_create("cabin-capture-stderr", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    except OSError:
        os.close(fd)
        raise
    return fd


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
