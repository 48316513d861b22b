"""systemd's notification protocol (sd_notify(3)): datagrams to $NOTIFY_SOCKET that never block and never fail.

Of our own: the published library waits when the socket is full, and a daemon must not wait for whoever watches it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import MutableMapping

__all__ = ["Notifier"]


class Notifier:
    """Tells systemd, or nobody when it did not start us."""

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Takes the variables out of the environment: children are not to speak for us."""
        address = environ.pop("NOTIFY_SOCKET", "")
        microseconds, pid = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        is_ours = pid in ("", str(os.getpid()))
        self.watchdog_s = int(microseconds) / 1e6 if microseconds.isdecimal() and is_ours else None
        """How often systemd wants to hear that we live; None: it does not ask."""
        self._socket: socket.socket | None = None
        self._status = ""
        if address[:1] in ("/", "@"):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
            self._address = f"\0{address[1:]}" if address.startswith("@") else address

    @property
    def is_watched(self) -> bool:
        """Whether somebody started us who wants to be told."""
        return self._socket is not None

    def ready(self) -> None:
        """Everything works."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is being read anew; `ready` follows."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def extend(self, seconds: float) -> None:
        """Loading goes on and may take so long yet."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def feed(self) -> None:
        """We live, and everything moves."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in a line how we are; the same line is not said twice."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text.splitlines()[0] if text else ''}")

    def close(self) -> None:
        """Say nothing more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(message.encode(), self._address)
