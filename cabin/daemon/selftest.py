"""The test that READY stands for: a bundled recording through the whole chain, to a car that is none."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.chain import Chain
from cabin.daemon.dry_run import DryRunCar
from cabin.demo.script import RECORDINGS
from cabin.errors import BudgetError, CabinError, Problem
from cabin.executor import Executor, Request

if TYPE_CHECKING:
    from cabin.daemon.conductor import Conductor
    from cabin.daemon.keeper import Keeper
    from cabin.daemon.letters import Tested
    from cabin.daemon.remote import Desk
    from cabin.daemon.telling import Telling

__all__ = ["INTENT", "RECORDING", "TEST_S", "SelfTester", "TestResult", "judge"]

RECORDING = RECORDINGS / "02-window.wav"
"""open the passenger window halfway"""

INTENT = "window.open"


TEST_S = 600.0
"""How long a test may take in all; its stages have their own deadline, and waiting for the processor is no fault."""

REPLACED_S = 10.0
"""How long the worker that replaces one which failed may take to come."""


@dataclass(frozen=True)
class TestResult:
    """What a test came to."""

    ms: float
    """Listening, recognizing, parsing, policy and acting; how long it waited for its turn is not in it."""
    wrote: int
    """Signals written in the dry run; 0: the catalog has no such command, the test went as far as the parser."""


def judge(tested: Tested, chain: Chain) -> TestResult:
    """Act in a dry run on what was heard in the recording.

    Raises BudgetError when it did not come through. A catalog without windows, and one whose sentences are understood
    word for word only, is tested as far as the parser.
    """
    begun_s = time.perf_counter()
    if not tested.transcript.hypotheses:
        raise BudgetError(Problem("self-test: the recording was not heard", seen=f"{tested.utterances} utterances"))
    executor, car = chain.executor, DryRunCar(chain.vehicle.signals())
    dry = Chain(chain.parser, Executor(executor.catalog, executor.policy, car, units=executor.units))
    turn = dry.act(tested.parse, Request(lambda _command, _verdict: True), dict(tested.ms))
    statuses = [outcome.status for outcome in turn.outcomes]
    if INTENT in executor.catalog.intents and tested.parse.commands and statuses != ["done"]:
        told = ", ".join(statuses)
        raise BudgetError(Problem("self-test: the command in the recording was not done", seen=told, expected="done"))
    ms = sum(tested.ms.values()) + (time.perf_counter() - begun_s) * 1000
    return TestResult(ms, len(car.writes))


class SelfTester:
    """Tests at the start, and whenever nobody has spoken for long. All on the event loop."""

    def __init__(self, desk: Desk, conductor: Conductor, keeper: Keeper, telling: Telling) -> None:
        self.failed = ""
        """Why the daemon counts as broken; empty: it does not."""
        self._desk, self._conductor, self._keeper, self._telling = desk, conductor, keeper, telling
        self._tested_s = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    async def test(self) -> TestResult:
        """Put the recording through the whole chain. Raises BudgetError when it does not come through."""
        parts = self._conductor.parts
        assert parts is not None, "there is nothing to test yet"
        try:
            tested = await self._desk.test(RECORDING, TEST_S)
            return await self._conductor.actor.do(lambda: judge(tested, parts.chain))
        finally:
            self._tested_s = time.monotonic()

    def look(self, now_s: float, every_s: float) -> None:
        """Begin a test when it is time for one. Called every half second."""
        since_s = max(self._tested_s, self._conductor.quiet_since_s)
        is_due = every_s > 0 and now_s - since_s > every_s and self._conductor.is_idle
        if is_due and self._keeper.ready is not None and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._test_idle())

    def end(self) -> None:
        """Test nothing more."""
        if self._task is not None:
            self._task.cancel()

    async def _test_idle(self) -> None:
        """Test; a worker that fails is replaced, and when the next fails too the watchdog is not fed any more."""
        for attempt in (1, 2):
            try:
                result = await self.test()
            except CabinError as error:
                why = error.problems[0].what if error.problems else "it failed"
                self._telling.fault(f"self-test failed: {why}", attempt=attempt)
                if attempt == 2:
                    self.failed = "the self-test fails even with a new worker"
                elif self._keeper.ready is not None:
                    self._keeper.ready.kill("the self-test failed")
                await self._until_replaced()
            else:
                self.failed = ""
                self._telling.tell("self-test", {"ms": round(result.ms, 1), "wrote": result.wrote})
                return

    async def _until_replaced(self) -> None:
        await asyncio.sleep(0.1)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REPLACED_S):
                while self._keeper.ready is None:
                    await asyncio.sleep(0.1)
