"""What an executor asks before it acts: policy with the circumstances of the moment, and a gated car to act on.

One Judge lives as long as the car is driven: it holds how the driver is, who set what, and why the last commands were
judged as they were. A reload of the configuration replaces its policy and keeps the rest.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.messages import Verdict
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER, Circumstances
from cabin.vehicle.conditions import Readings
from cabin.vehicle.driver_state import DriverState
from cabin.vehicle.explain import explain
from cabin.vehicle.gate import GatedVehicle
from cabin.vehicle.policy import Finding, Policy, PolicyHook, Trace, strictest
from cabin.vehicle.speakers import Holds

if TYPE_CHECKING:
    from cabin.catalog.schema import Intent
    from cabin.messages import Command, SignalValue
    from cabin.vehicle.explanation import Explanation
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["Judge", "Judged"]

_KEPT = 16
"""Judgements remembered, for `cabin explain --last`."""


@dataclass(frozen=True)
class Judged:
    """One judgement, to be explained afterwards."""

    command: Command
    title: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    stage: str
    """"before acting", "when acting" or "when writing"."""
    around: Circumstances
    at_s: float
    """Seconds since 1970 by the computer's clock."""


class Judge:
    """Policy, and what its verdicts depend on beside the car."""

    def __init__(self, policy: Policy, driver: DriverState | None = None, holds: Holds | None = None) -> None:
        self.policy = policy
        self.driver = driver or DriverState()
        """Plugins that watch the driver report to it."""
        self.holds = holds or Holds()
        self.judged: deque[Judged] = deque(maxlen=_KEPT)
        """The latest judgements, the last one last."""

    def follow(self, older: Judge) -> None:
        """Go on with what another one knows: how the driver is, who set what, what was judged."""
        self.driver, self.holds, self.judged = older.driver, older.holds, older.judged

    def latest(self, count: int) -> tuple[Explanation, ...]:
        """Return the latest judgements explained, the latest first; one command is judged more than once, and the last
        time counts. May be called from any thread.
        """
        kept: dict[int, Judged] = {}
        for judged in list(self.judged):
            kept.pop(id(judged.command), None)
            kept[id(judged.command)] = judged
        return tuple(explain(judged) for judged in list(kept.values())[::-1][:count])

    def run_on(self, clock: Callable[[], float]) -> None:
        """Have reports on the driver and settings hold by another clock, in seconds: a simulated car's own."""
        self.driver, self.holds = DriverState(clock), Holds(clock)

    def around(self, speaker: str = UNKNOWN_SPEAKER, damaged: bool = False) -> Circumstances:
        """Return the circumstances of this moment."""
        strictness, conditions = self.driver.now()
        return Circumstances(speaker, strictness, conditions, damaged)

    def command(
        self,
        command: Command,
        intent: Intent,
        vehicle: VehicleInterface,
        around: Circumstances,
        plugins: PolicyHook | None = None,
        stage: str = "before acting",
    ) -> Verdict:
        """Return the verdict on a command, and remember how it came about."""
        trace = Trace()
        verdict = self.policy.judge(command, intent, vehicle, plugins, around=around, trace=trace)
        self._keep(command, intent, verdict, trace, around, stage)
        return verdict

    def writes(
        self,
        targets: Iterable[tuple[str, SignalValue]],
        vehicle: VehicleInterface,
        around: Circumstances,
        about: tuple[Command, Intent] | None = None,
        known: Readings | None = None,
    ) -> Verdict:
        """Return the strictest verdict on some writes; a refusal is remembered under the command it is about."""
        trace = Trace()
        verdicts = []
        known = {} if known is None else known
        for path, value in targets:
            verdicts.append(self.policy.judge_write(path, value, vehicle, around, trace, known))
            held = self.holds.judge(self.policy.speakers, around.speaker, path, value)
            if held.decision != "allow":
                trace.note(held.rule, "speakers", self.policy.speakers.where, held)
            verdicts.append(held)
        found = strictest(verdicts)
        if found.decision != "allow" and about is not None:
            self._keep(*about, found, trace, around, "when writing")
        return found

    def note_obstacle(self, command: Command, intent: Intent, verdict: Verdict, around: Circumstances) -> None:
        """Remember a refusal that is no rule's: the command asks for what the car cannot do."""
        trace = Trace()
        trace.note(verdict.rule, "the command", str(intent.where), verdict)
        self._keep(command, intent, verdict, trace, around, "when acting")

    def note_write(self, speaker: str, path: str, value: SignalValue) -> None:
        """Remember who set a signal."""
        self.holds.note(self.policy.speakers, speaker, path, value)

    def gate(
        self,
        vehicle: VehicleInterface,
        around: Callable[[], Circumstances],
        again: Sequence[tuple[Command, Intent]] = (),
        answered: Collection[Verdict] = (),
    ) -> GatedVehicle:
        """Return the car with a gate before its writes.

        At each write the rules on writes are asked, and for the commands `again` their own rules too: the car may have
        moved on since. `answered`: the verdicts that a yes was given to. What was switched on through this gate may be
        switched off through it whatever the commands' rules say by then: a horn that was pressed is let go.
        """
        about = again[0] if again else None
        pressed: set[str] = set()

        def judge(path: str, value: SignalValue) -> Verdict:
            now = around()
            known: Readings = {}
            found = []
            for command, intent in () if value is False and path in pressed else again:
                verdict = self.policy.judge(command, intent, vehicle, around=now, known=known)
                if verdict.decision == "allow" or (verdict.decision == "confirm" and verdict in answered):
                    continue
                found.append(self.command(command, intent, vehicle, now, stage="when writing"))
            found.append(self.writes(((path, value),), vehicle, now, about, known))
            verdict = strictest(found)
            if value is True and verdict.decision == "allow":
                pressed.add(path)
            return verdict

        return GatedVehicle(vehicle, judge)

    def _keep(
        self, command: Command, intent: Intent, verdict: Verdict, trace: Trace, around: Circumstances, stage: str
    ) -> None:
        found = tuple(trace.findings)
        self.judged.append(Judged(command, intent.title, verdict, found, stage, around, time.time()))
