"""A worker's process, and one that is started ahead of everything that it will be told.

Most of a start is Python's: modules read and run. So `cabin run` starts the first worker before it has imported the
daemon and read the configuration; the worker imports meanwhile what every worker needs, on another core.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping

__all__ = ["HeadStart", "spawn_worker", "worker_environ"]

_OURS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
"""Variables of the environment that systemd means for the main process alone."""


def worker_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a worker."""
    return {name: value for name, value in environ.items() if name not in _OURS}


def spawn_worker(environ: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a worker; return it and our end of its socket, not blocking. Raises OSError: the system has no room."""
    ours, theirs = socket.socketpair()
    try:
        command = [sys.executable, "-m", "cabin.daemon.worker", str(theirs.fileno())]
        environ = {**environ, "OMP_NUM_THREADS": environ.get("OMP_NUM_THREADS", "1")}
        environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environ, close_fds=True
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    ours.setblocking(False)
    return process, ours


class HeadStart:
    """The first worker, started at once. Close it: a worker that was not taken ends."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` is this process's; a system that has no room for a worker now is asked again when one is needed."""
        self._environ = worker_environ(environ)
        self._begun: tuple[subprocess.Popen[bytes], socket.socket] | None = None
        with contextlib.suppress(OSError):
            self._begun = spawn_worker(self._environ)

    def take(self, environ: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], socket.socket] | None:
        """Hand the worker over, once; None where there is none, or it was started in another environment."""
        if self._begun is None or dict(environ) != self._environ or self._begun[0].poll() is not None:
            return None
        begun, self._begun = self._begun, None
        return begun

    def close(self) -> None:
        """End a worker that nobody has taken."""
        if self._begun is not None:
            process, connection = self._begun
            self._begun = None
            connection.close()
            process.kill()
            process.wait()
