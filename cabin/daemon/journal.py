"""The log of the daemon: one line an entry, with fields, on standard error, from where systemd's journal takes it.

    <6>cabin.daemon: done intent=window.open status=done

Entries go through a queue of fixed length to a thread that writes them: a log pipe that nobody reads holds up nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import threading
from collections.abc import Mapping
from typing import Any

__all__ = ["Journal", "fields_text"]

_KEPT = 1000
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""Of sd-daemon(3)."""


class Journal(logging.Handler):
    """Writes entries to a file descriptor on a thread of its own."""

    def __init__(self, descriptor: int | None = None, *, priorities: bool | None = None) -> None:
        """`descriptor`: None: standard error. `priorities`: whether <6> goes before an entry; None: when the journal is
        at the other end.
        """
        super().__init__()
        self.lost = 0
        """Entries that nobody took in time."""
        self._descriptor = 2 if descriptor is None else descriptor
        self._has_priorities = "JOURNAL_STREAM" in os.environ if priorities is None else priorities
        self._lines: queue.Queue[bytes | None] = queue.Queue(_KEPT)
        self._thread = threading.Thread(target=self._write, name="cabin-journal", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put an entry into the queue."""
        try:
            text = " | ".join(f"{record.name}: {self.format(record)}".splitlines())
            level = f"<{_PRIORITIES.get(record.levelno, 5)}>" if self._has_priorities else ""
            self._lines.put_nowait(f"{level}{text}\n".encode("utf-8", "replace"))
        except queue.Full:
            self.lost += 1
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(0.5)
        super().close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError):
                os.write(self._descriptor, line)


def fields_text(name: str, data: Mapping[str, Any]) -> str:
    """Return an entry: its name, then key=value, in JSON where a value is no plain word."""
    return " ".join([name, *(f"{key}={_value(value)}" for key, value in data.items() if value is not None)])


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    plain = text and all(letter.isalnum() or letter in "-_.:/," for letter in text)
    return text if plain or not isinstance(value, str) else json.dumps(text, ensure_ascii=False)
