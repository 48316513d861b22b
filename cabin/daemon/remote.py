"""Questions to the worker and their answers; and its parser, for the thread that acts."""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.daemon.letters import Failed, Parsed, ParseText, Tested, TestHearing
from cabin.errors import BudgetError, Problem

if TYPE_CHECKING:
    from cabin.daemon.link import WorkerLink
    from cabin.messages import Parse

__all__ = ["Desk", "RemoteParser"]


class Desk:
    """Asks the present worker. All on the event loop."""

    def __init__(self, worker: Callable[[], WorkerLink | None], patience_s: float) -> None:
        self._worker, self._patience_s = worker, patience_s
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[int, asyncio.Future[Parsed | Tested]]] = {}

    async def parse(self, text: str, patience_s: float | None = None, link: WorkerLink | None = None) -> Parse:
        """Return what a text means. Raises BudgetError when the worker does not say in time, or dies over it."""
        answer = await self._ask(lambda number: ParseText(number, text), patience_s or self._patience_s, link)
        assert isinstance(answer, Parsed)
        return answer.parse

    async def test(self, recording: Path, patience_s: float, link: WorkerLink | None = None) -> Tested:
        """Return what a recording came to, with the present worker or `link`. Raises BudgetError as `parse` does."""
        answer = await self._ask(lambda number: TestHearing(number, str(recording)), patience_s, link)
        assert isinstance(answer, Tested)
        return answer

    def take(self, letter: Parsed | Tested | Failed) -> None:
        """Take an answer; one that nobody waits for any more is dropped."""
        _, future = self._waiting.pop(letter.request, (0, None))
        if future is None or future.done():
            return
        if isinstance(letter, Failed):
            future.set_exception(BudgetError(Problem(f"the worker failed over it ({letter.what})")))
        else:
            future.set_result(letter)

    def lose(self, generation: int) -> None:
        """Tell all who wait for a worker that is gone."""
        for number, (asked, future) in list(self._waiting.items()):
            if asked == generation:
                del self._waiting[number]
                if not future.done():
                    future.set_exception(BudgetError(Problem("the worker died over it", hint="Say it again.")))

    async def _ask(
        self, letter: Callable[[int], ParseText | TestHearing], patience_s: float, link: WorkerLink | None = None
    ) -> Parsed | Tested:
        link = link or self._worker()
        if link is None:
            raise BudgetError(Problem("the worker is being replaced", hint="Say it again in a moment."))
        number = next(self._numbers)
        future: asyncio.Future[Parsed | Tested] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (link.generation, future)
        try:
            link.send(letter(number))
            return await asyncio.wait_for(future, patience_s)
        except TimeoutError:
            raise BudgetError(Problem("the worker did not answer in time", hint="Say it again.")) from None
        finally:
            self._waiting.pop(number, None)


class RemoteParser:
    """Implements cabin.chain.Parser for the acting thread, by the worker."""

    def __init__(self, desk: Desk, loop: asyncio.AbstractEventLoop, patience_s: float) -> None:
        self._desk, self._loop, self._patience_s = desk, loop, patience_s

    def parse(self, text: str) -> Parse:
        """Return what a text means; blocks, so never on the event loop. Raises BudgetError."""
        future = asyncio.run_coroutine_threadsafe(self._desk.parse(text), self._loop)
        try:
            return future.result(self._patience_s + 1.0)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise BudgetError(Problem("the worker did not answer in time", hint="Say it again.")) from None
