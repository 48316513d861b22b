"""One request to a daemon's control socket, without asyncio: for programs that break daemons."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

__all__ = ["RefusedError", "ask", "connect", "send_raw"]

_CHUNK = 65_536


class RefusedError(Exception):
    """The daemon answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("message", error)))
        self.code = str(error.get("code", ""))
        self.error = error


def connect(path: Path, timeout_s: float = 10.0) -> socket.socket:
    """Return a connection. Raises OSError when nobody is there."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout_s)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


def ask(path: Path, request: str, timeout_s: float = 10.0, **fields: Any) -> dict[str, Any]:
    """Return the result of a request. Raises OSError, TimeoutError among them, or RefusedError."""
    with connect(path, timeout_s) as client:
        client.sendall(json.dumps({"v": 1, "id": 1, "request": request, **fields}).encode() + b"\n")
        rest = b""
        while data := client.recv(_CHUNK):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                told = json.loads(line)
                if told.get("id") == 1:
                    if not told["ok"]:
                        raise RefusedError(told["error"])
                    result: dict[str, Any] = told["result"]
                    return result
    raise ConnectionError("the daemon hung up without an answer")


def send_raw(path: Path, data: bytes, timeout_s: float = 10.0) -> bytes:
    """Send bytes as they are; return what comes until the other side hangs up or is quiet for a moment."""
    came = b""
    with connect(path, timeout_s) as client:
        try:
            client.sendall(data)
            client.settimeout(0.2)
            while chunk := client.recv(_CHUNK):
                came += chunk
        except OSError:
            pass
    return came
