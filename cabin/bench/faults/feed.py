"""What a daemon tells over its socket, kept with the time at which it came; followed across restarts."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cabin.bench.faults.client import connect

__all__ = ["Feed", "Told"]

_AGAIN_S = 0.05
_KEPT = 5000


@dataclass(frozen=True)
class Told:
    """One event."""

    at_s: float
    """time.monotonic() when it came."""
    name: str
    data: dict[str, Any] = field(default_factory=dict)


class Feed:
    """Watches from a thread of its own until closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._told: list[Told] = []
        self._is_over = False
        self.is_watching = threading.Event()
        """Set while it is connected."""
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more."""
        self._is_over = True

    def since(self, at_s: float, name: str = "", **fields: str) -> list[Told]:
        """Return the events from a moment on, of one name where it is given, whose fields hold the texts given."""
        with self._changed:
            return [told for told in self._told if told.at_s >= at_s and _fits(told, name, fields)]

    def wait(self, at_s: float, name: str, within_s: float, **fields: str) -> Told | None:
        """Return the first such event from a moment on, waited for; None: it did not come."""
        end_s = time.monotonic() + within_s
        with self._changed:
            while True:
                found = [told for told in self._told if told.at_s >= at_s and _fits(told, name, fields)]
                if found or time.monotonic() >= end_s:
                    return found[0] if found else None
                self._changed.wait(max(0.0, end_s - time.monotonic()))

    def wait_until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait until something holds, looked at twenty times a second."""
        end_s = time.monotonic() + within_s
        while not holds():
            if time.monotonic() >= end_s:
                return False
            time.sleep(_AGAIN_S)
        return True

    def _run(self) -> None:
        while not self._is_over:
            with contextlib.suppress(OSError, ValueError), connect(self._path, 1.0) as client:
                client.sendall(b'{"v":1,"request":"watch"}\n')
                self.is_watching.set()
                self._follow(client)
            self.is_watching.clear()
            time.sleep(_AGAIN_S)

    def _follow(self, client: Any) -> None:
        rest = b""
        while not self._is_over:
            try:
                data = client.recv(65_536)
            except TimeoutError:
                continue
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            now_s = time.monotonic()
            came = [json.loads(line) for line in lines]
            with self._changed:
                self._told += [Told(now_s, each["event"], each.get("data", {})) for each in came if "event" in each]
                del self._told[:-_KEPT]
                self._changed.notify_all()


def _fits(told: Told, name: str, fields: dict[str, str]) -> bool:
    return (not name or told.name == name) and all(text in str(told.data.get(key, "")) for key, text in fields.items())
