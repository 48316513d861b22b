"""The test that READY stands for: a bundled recording through the whole chain, to a car that is none."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.chain import Chain
from cabin.daemon.dry_run import DryRunCar
from cabin.demo.script import RECORDINGS
from cabin.errors import BudgetError, Problem
from cabin.executor import Executor, Request

if TYPE_CHECKING:
    from cabin.daemon.letters import Tested

__all__ = ["RECORDING", "TestResult", "judge"]

RECORDING = RECORDINGS / "02-window.wav"
"""open the passenger window halfway"""

INTENT = "window.open"


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
