"""The one thread on which the car is acted on and the conversation is kept, for the event loop."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["Actor"]

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class Actor:
    """Does one thing after the other. A car that hangs holds up this thread and nothing else."""

    def __init__(self) -> None:
        self.busy_since_s: float | None = None
        """When it began with what it is at; None: it is at nothing."""
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="cabin-actor", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns. Once it is begun it is carried through, even if the caller is cancelled."""
        future: Future[Answer] = Future()
        self._jobs.put((future, work))
        return await asyncio.wrap_future(future)

    async def end(self, patience_s: float) -> bool:
        """Let what is begun come to its end, at most so long; return whether it did."""
        self._jobs.put(None)
        deadline_s = time.monotonic() + patience_s
        while self._thread.is_alive() and time.monotonic() < deadline_s:
            await asyncio.sleep(0.01)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work = job
            if not future.set_running_or_notify_cancel():
                continue
            self.busy_since_s = time.monotonic()
            try:
                answer, error = work(), None
            except BaseException as raised:  # handed to whoever waits
                answer, error = None, raised
            self.busy_since_s = None  # before anybody hears of the end
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(answer)
