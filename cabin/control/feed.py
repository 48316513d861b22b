"""Events from any thread to the event loop, through a queue of fixed length: whoever publishes never waits."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any

from cabin.control.target import ControlEvent

__all__ = ["EventFeed"]


class EventFeed:
    """What a ControlTarget yields as `events`. Publish from any thread; one subscriber at a time."""

    def __init__(self, capacity: int = 256, now_s: Callable[[], float] = time.time) -> None:
        self._capacity, self._now_s = capacity, now_s
        self._lock = threading.Lock()
        self._waiting: deque[ControlEvent] = deque()
        self._lost = 0
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None

    def publish(self, name: str, data: Mapping[str, Any] | None = None, private: Collection[str] = ()) -> None:
        """Tell that something happened; `private` are the keys of `data` with what was said.

        When too much waits, the oldest is forgotten and counted.
        """
        event = ControlEvent(name, self._now_s() * 1000, data or {}, frozenset(private))
        with self._lock:
            if self._is_closed:
                return
            if len(self._waiting) >= self._capacity:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(event)
        self._notify()

    def close(self) -> None:
        """Publish nothing more; the subscriber ends once it has what waits."""
        with self._lock:
            self._is_closed = True
        self._notify()

    async def events(self) -> AsyncIterator[ControlEvent]:
        """Yield what waits and what comes, until closed."""
        self._wake, self._loop = asyncio.Event(), asyncio.get_running_loop()
        wake = self._wake
        while True:
            wake.clear()
            with self._lock:
                batch, lost, is_closed = list(self._waiting), self._lost, self._is_closed
                self._waiting.clear()
                self._lost = 0
            if lost:
                yield ControlEvent("events-lost", self._now_s() * 1000, {"count": lost})
            for event in batch:
                yield event
            if is_closed:
                return
            await wake.wait()

    def _notify(self) -> None:
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(wake.set)
