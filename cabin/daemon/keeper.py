"""Keeps one worker alive: kills what hangs, is stopped or has grown too big, and starts another at once.

A worker that dies soon after its start, again and again, is started again after longer and longer waits, so that a
broken one does not take the processor. The state of the daemon is in the main process: nothing is lost with a worker
but the utterance that it was at.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cabin import errors
from cabin.daemon.letters import Letter
from cabin.daemon.link import WorkerLink
from cabin.daemon.processes import Standing, resident_mib, standing
from cabin.errors import CabinError, ModelError, Problem

if TYPE_CHECKING:
    from cabin.control.status import WorkerState
    from cabin.daemon.hearing_setup import HearingSetup
    from cabin.daemon.settings import DaemonConfig
    from cabin.daemon.spawn import HeadStart

__all__ = ["MISSING_S", "STARVED_TIMES", "Keeper", "wait_after"]

logger = logging.getLogger(__name__)

AT_ONCE = 3
"""So many deaths in a row are each answered by a new worker at once; from the next one on there is a wait."""

FIRST_WAIT_S = 0.5
"""Before the first start that is not at once; each further one doubles it."""

LONGEST_WAIT_S = 8.0
"""Between two starts."""

HEALTHY_S = 10.0
"""A worker that lived so long is no broken one: its death is the first in a row."""

STARVED_TIMES = 8.0
"""A worker that wants the processor and does not get it has so many times as long."""

FAILURES = 2
"""So many utterances in a row that a worker fails over, and it is replaced: alive, it would be deaf all the same."""

LOAD_S = 30.0
"""How long loading may take."""

MISSING_S = LONGEST_WAIT_S + LOAD_S + 2.0
"""How long there may be no worker, the longest wait and one loading included, before the daemon is no daemon."""


class Keeper:
    """Has one worker at a time. All on the event loop."""

    def __init__(
        self,
        config: DaemonConfig,
        heard: Callable[[WorkerLink, Letter], None],
        lost: Callable[[WorkerLink, str], None],
    ) -> None:
        """`heard` gets the letters of the present worker only; `lost` is told when it is gone, and why."""
        self.config = config
        self.link: WorkerLink | None = None
        self.restarts = 0
        self.is_starved = False
        """Whether a worker is late in loading because the kernel does not let it run."""
        self.recoveries_s: list[float] = []
        """How long each of the latest replacements took, from noticing to loaded."""
        self.head_start: HeadStart | None = None
        """A worker that was started ahead, for the first."""
        self._heard, self._lost = heard, lost
        self._generations = itertools.count(1)
        self._setup: HearingSetup | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_ending = False
        self._candidate: WorkerLink | None = None

    @property
    def ready(self) -> WorkerLink | None:
        """The worker, when it can work."""
        return self.link if self.link is not None and self.link.is_loaded and not self.link.gone.is_set() else None

    @property
    def state(self) -> WorkerState:
        """How the worker is."""
        if self._is_ending:
            return "stopped"
        if self.ready is not None:
            return "running"
        return "restarting" if self.restarts else "starting"

    async def start(self, setup: HearingSetup) -> None:
        """Start the first worker and wait until it is loaded. Raises CabinError when it cannot be."""
        self._setup = setup
        link = await self._begin(setup)
        self.link = link
        if not await self._is_loaded(link):
            raise _told(link)
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def change(self, setup: HearingSetup, check: Callable[[WorkerLink], Awaitable[object]] | None = None) -> None:
        """Put a worker made from other settings in place of the present one, which works until then.

        `check` tries it out first. Raises CabinError when it cannot be loaded or fails; then nothing has changed.
        """
        link = self._candidate = await self._begin(setup)
        try:
            if not await self._is_loaded(link):
                raise _told(link)
            if check is not None:
                await check(link)
        except BaseException:
            link.kill("it is not put in place")
            raise
        finally:
            self._candidate = None
        old, self.link, self._setup = self.link, link, setup
        if old is not None:
            await old.end()

    async def end(self) -> None:
        """End the worker; no other is started."""
        self._is_ending = True
        if self._task is not None:
            self._task.cancel()
        if self.link is not None:
            await self.link.end()

    def look_after(self, now_s: float) -> None:
        """Kill a worker that hangs, does not answer or has grown too big. Called every half second."""
        link = self.ready
        if link is None or link.pid is None:
            return
        now = standing(link.pid)
        silent_s = now_s - link.pinged_s if link.pinged_s is not None else 0.0
        if now.state == "stopped":
            link.kill("it was stopped")
        elif link.failures >= FAILURES:
            link.kill(f"it failed over {link.failures} utterances in a row")
        elif silent_s > self.config.answer_s and not _starves(now, link.pinged_cpu_s, silent_s, self.config.answer_s):
            link.kill(f"it did not answer for {silent_s:.1f} s")
        elif link.busy is not None and now_s - link.busy.since_s > self.config.stage_s:
            busy_s = now_s - link.busy.since_s
            if not _starves(now, link.busy.cpu_s, busy_s, self.config.stage_s):
                link.kill(f"{link.busy.stage} hung for {busy_s:.1f} s")
        else:
            link.ping(now.cpu_s)

    def check_memory(self) -> None:
        """Kill a worker that has grown past its limit. Called every few seconds."""
        link = self.ready
        held_mib = resident_mib(link.pid) if link is not None and link.pid is not None else 0.0
        if link is not None and held_mib > self.config.worker_memory_mib:
            link.kill(f"it held {held_mib:.0f} MiB, more than {self.config.worker_memory_mib:.0f}")

    async def _begin(self, setup: HearingSetup) -> WorkerLink:
        link = WorkerLink(next(self._generations), self._pass_on)
        try:
            await link.start(setup, self.head_start)
        except OSError as error:
            raise CabinError(Problem(f"no worker process can be started ({error.strerror or error})")) from error
        return link

    async def _is_loaded(self, link: WorkerLink) -> bool:
        """Wait until it is loaded; one that hangs over it is killed, one that is not let run is waited for."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    return await asyncio.wait_for(asyncio.shield(link.loaded), 1.0)
                waited_s, now = time.monotonic() - link.began_s, standing(link.pid or 0)
                if now.state == "stopped":
                    link.kill("it was stopped")
                elif waited_s > LOAD_S:
                    self.is_starved = _starves(now, 0.0, waited_s, LOAD_S)
                    if not self.is_starved:
                        link.kill("loading took too long")
        finally:
            self.is_starved = False

    def _pass_on(self, link: WorkerLink, letter: Letter) -> None:
        if link is self.link or link is self._candidate:
            self._heard(link, letter)

    async def _keep(self) -> None:
        """Replace the worker whenever it is gone."""
        deaths = 0
        while True:
            link = self.link
            assert link is not None
            assert self._setup is not None
            await link.gone.wait()
            if link is not self.link:
                continue  # changed on purpose
            noticed_s = time.monotonic()
            self._lost(link, link.why or "it died")
            deaths = 1 if noticed_s - link.began_s > HEALTHY_S else deaths + 1
            await asyncio.sleep(wait_after(deaths))
            self.restarts += 1
            self.link = await self._begin_somehow(self._setup)
            if await self._is_loaded(self.link):
                self.recoveries_s = [*self.recoveries_s[-15:], time.monotonic() - noticed_s]
                logger.warning("worker replaced after %.2f s", self.recoveries_s[-1])

    async def _begin_somehow(self, setup: HearingSetup) -> WorkerLink:
        """Start a worker as soon as the system has room for one."""
        wait_s = 0.5
        while True:
            try:
                return await self._begin(setup)
            except CabinError as error:
                logger.warning("%s", error)
                await asyncio.sleep(wait_s)
                wait_s = min(LONGEST_WAIT_S, wait_s * 2)


def wait_after(deaths: int) -> float:
    """Return how long to wait before the start that follows so many deaths in a row, in seconds.

    One crash, or a few, are answered at once; what dies again and again is not to take the processor.
    """
    return 0.0 if deaths <= AT_ONCE else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(deaths - AT_ONCE - 1, 30))


def _starves(now: Standing, cpu_before_s: float, waited_s: float, allowed_s: float) -> bool:
    """Whether a worker that is late wants to run and is not let: killing it would only add the load of another.

    One that hangs either waits for something or takes the processor.
    """
    took_s = now.cpu_s - cpu_before_s
    return now.state == "runs" and took_s < 0.5 * waited_s and waited_s < STARVED_TIMES * allowed_s


def _told(link: WorkerLink) -> CabinError:
    """Return why a worker could not be loaded, as the error that it met."""
    if link.broken is None:
        return ModelError(Problem("the worker process ended while it was loading", seen=link.why))
    problems = [Problem(p.what, p.where, p.seen, p.expected, p.hint) for p in link.broken.problems]
    kind = getattr(errors, link.broken.kind, CabinError)
    return kind(problems) if isinstance(kind, type) and issubclass(kind, CabinError) else CabinError(problems)
