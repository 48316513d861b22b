"""A chain as the control socket's target: one thread owns it, what waits is bounded, what waits too long is dropped."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cabin import __version__
from cabin.control.feed import EventFeed
from cabin.control.protocol import Confirmation, PrivacyResult, PurgeResult, Speaker
from cabin.control.status import Memory, Microphone, Phase, Privacy, Stage, Status
from cabin.control.target import ControlEvent
from cabin.control.turns import TurnData, turn_data
from cabin.errors import BudgetError, Problem, SoundError, UsageError

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.messages import Samples, Turn
    from cabin.vehicle.explanation import Explanation
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["ChainTarget", "Listen", "OpenChain"]

logger = logging.getLogger(__name__)

OpenChain = Callable[["VehicleInterface | None"], "Chain"]
"""Makes a chain of what is configured now, with the car given or, for None, a new one."""

Listen = Callable[[float, threading.Event], "Iterable[Samples]"]
"""Gives blocks of sound for at most so many seconds, or until the event is set."""

Answer = TypeVar("Answer")

LATEST_RUNS = 512
"""Quantiles are of so many runs."""

WORDS = frozenset({"text", "slots", "reply", "changes", "readings", "reason"})
"""Keys of events that tell what was said or answered."""

COUNTED_AS = {
    "done": "done",
    "answered": "done",
    "confirm": "asked",
    "refused": "refused",
    "late": "dropped",
    "unavailable": "refused",
    "unconfirmed": "fault",
    "failed": "fault",
}
"""What became of a command -> what it is counted as."""


@dataclass(eq=False)
class _Job:
    """Something asked of the chain."""

    asked_s: float = field(default_factory=time.monotonic)
    released: threading.Event = field(default_factory=threading.Event)
    """Set: stop listening; not begun yet: do nothing."""


@dataclass
class _Meter:
    """One stage's times."""

    latest_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST_RUNS))
    runs: int = 0
    total_ms: float = 0.0
    at_s: float = 0.0

    def take(self, value_ms: float, now_s: float) -> None:
        self.latest_ms.append(value_ms)
        self.runs += 1
        self.total_ms += value_ms
        self.at_s = now_s

    def stage(self, name: str, now_s: float) -> Stage:
        ordered = sorted(self.latest_ms)
        middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
        return Stage(name, self.runs, self.total_ms, middle, high, now_s - self.at_s)


class ChainTarget:
    """Implements ControlTarget. `start` it first; `close` it at the end."""

    def __init__(
        self, open_chain: OpenChain, listen: Listen | None = None, *, max_waiting: int = 4, max_wait_s: float = 2.0
    ) -> None:
        """`listen`: where `talk` gets its sound; `max_wait_s`: what waited longer for its turn is dropped."""
        self.stopped = asyncio.Event()
        """Set when somebody asked to stop."""
        self._open_chain, self._listen = open_chain, listen
        self._max_waiting, self._max_wait_s = max_waiting, max_wait_s
        self._chain: Chain | None = None
        self._owner = ThreadPoolExecutor(1, "cabin-chain")
        self._jobs: set[_Job] = set()
        self._feed = EventFeed()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._meters: dict[str, _Meter] = {}
        self._phase: Phase = "starting"
        self._since_s, self._begun_s = time.time(), time.monotonic()

    async def start(self) -> None:
        """Open the chain. Raises CabinError."""
        self._chain = await asyncio.wrap_future(self._owner.submit(self._open_chain, None))
        self._phase = "ready"

    async def close(self) -> None:
        """Drop what waits, end what is listened to, and close the chain."""
        self._phase = "stopping"
        await self.cancel()
        if self._chain is not None:
            await asyncio.wrap_future(self._owner.submit(self._chain.close))
        self._owner.shutdown(wait=False)
        self._feed.close()

    # ControlTarget

    async def status(self) -> Status:
        """Return counts, times and memory."""
        now_s = time.monotonic()
        with self._lock:
            stages = tuple(meter.stage(name, now_s) for name, meter in self._meters.items())
            counts = dict(self._counts)
        return Status(
            __version__,
            os.getpid(),
            self._since_s * 1000,
            now_s - self._begun_s,
            self._phase,
            stages=stages,
            memory=Memory(_resident_mib()),
            microphone=Microphone("open" if self._listen is not None else "none"),
            privacy=Privacy(),
            counts=counts,
        )

    def events(self) -> AsyncIterator[ControlEvent]:
        """Yield what happens."""
        return self._feed.events()

    async def say(self, text: str, confirm: Confirmation, speaker: Speaker = "unknown") -> TurnData:
        """Act on a text."""

        def act(chain: Chain, _job: _Job) -> TurnData:
            yes = (lambda _command, _verdict: True) if confirm == "yes" else None
            return self._told(chain.say(text, yes, speaker=speaker), "text")

        return await self._do(act)

    async def talk(self, seconds: float) -> TurnData:
        """Listen until an utterance was acted on."""
        listen = self._listen
        if listen is None:
            raise SoundError(Problem("no microphone is configured"))

        def hear(chain: Chain, job: _Job) -> TurnData:
            for utterance, listen_ms in chain.utterances(listen(seconds, job.released), "talk"):
                return self._told(chain.hear(utterance, listen_ms=listen_ms), "talk")
            return TurnData(heard=False)

        return await self._do(hear)

    async def cancel(self) -> int:
        """Drop what waits and stop listening."""
        jobs = [job for job in self._jobs if not job.released.is_set()]
        for job in jobs:
            job.released.set()
        if jobs:
            self._count("dropped", len(jobs))
            self._feed.publish("dropped", {"why": "cancelled", "count": len(jobs)})
        return len(jobs)

    async def explain(self, count: int) -> tuple[Explanation, ...]:
        """Return why the latest commands were judged as they were."""
        return self._chain.executor.judge.latest(count) if self._chain is not None else ()

    async def reload(self) -> tuple[str, ...]:
        """Open a chain of what is configured now, with the same car; the old one serves until then."""

        def renew() -> None:
            old = self._chain
            self._chain = self._open_chain(old.vehicle if old is not None else None)
            if old is not None and old.hearing is not None:
                old.hearing.close()

        await asyncio.wrap_future(self._owner.submit(renew))
        return "configuration", "catalog", "model"

    async def record(self, on: bool, seconds: float | None) -> PrivacyResult:  # noqa: ARG002
        """Refuse: a chain alone keeps nothing."""
        raise UsageError(Problem("nothing can be recorded here", hint="`cabin run` can."))

    async def privacy(self) -> PrivacyResult:
        """Return that nothing is kept."""
        return PrivacyResult(False, None, "never", "", 0, 0, None, 0.0, 0.0, False)

    async def purge(self) -> PurgeResult:
        """There is nothing to remove."""
        return PurgeResult(0, 0)

    async def stop(self) -> None:
        """Say that somebody asked to stop."""
        self._phase = "stopping"
        self.stopped.set()

    # On the chain's thread

    async def _do(self, work: Callable[[Chain, _Job], Answer]) -> Answer:
        if len(self._jobs) > self._max_waiting:
            self._count("dropped")
            self._feed.publish("dropped", {"why": "too much at once"})
            raise BudgetError(Problem("too much waits already", hint="Say it again in a moment."))
        job = _Job()
        self._jobs.add(job)
        future: Future[Answer] = self._owner.submit(self._run, work, job)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            job.released.set()
            raise
        finally:
            self._jobs.discard(job)

    def _run(self, work: Callable[[Chain, _Job], Answer], job: _Job) -> Answer:
        assert self._chain is not None, "start() comes first"
        if job.released.is_set():
            raise BudgetError(Problem("cancelled before it was begun"))
        if time.monotonic() - job.asked_s > self._max_wait_s:
            self._count("dropped")
            self._feed.publish("dropped", {"why": "waited too long"})
            raise BudgetError(Problem("it waited too long and was dropped", hint="Say it again."))
        return work(self._chain, job)

    def _told(self, turn: Turn, by: str) -> TurnData:
        """Count a turn, tell those who watch, and return it for the wire."""
        data = turn_data(turn)
        self._count("heard")
        self._measure(turn.ms)
        self._feed.publish("heard", {"by": by, "text": data.text}, WORDS)
        if data.refused is not None:
            self._count("refused")
            self._feed.publish("refused", {"refusal": data.refused, "text": data.text}, WORDS)
            return data
        self._count("understood")
        self._feed.publish("understood", {"intents": [each.intent for each in data.commands]})
        for each in data.outcomes:
            self._count(COUNTED_AS[each.status])
            told: dict[str, Any] = {"intent": each.intent, "status": each.status, "rule": each.verdict.rule}
            told |= {"slots": each.slots, "reply": each.reply, "changes": each.changes}
            self._feed.publish("asked" if each.status == "confirm" else "done", told, WORDS)
        return data

    def _measure(self, ms: Mapping[str, float]) -> None:
        now_s = time.monotonic()
        with self._lock:
            for stage, value in ms.items():
                if stage != "total":
                    self._meters.setdefault(stage, _Meter()).take(value, now_s)

    def _count(self, name: str, number: int = 1) -> None:
        with self._lock:
            self._counts[name] += number


def _resident_mib() -> float:
    """Return this process's resident memory (proc(5): the second number of statm, in pages)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
