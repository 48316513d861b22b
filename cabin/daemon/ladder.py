"""The budget in the daemon: readings once a second, the step of the ladder, and what a step changes.

cabin.budget decides; here its decision is carried out: commands are refused by a verdict like any policy's, guessing
is switched off in the worker, sound is brought or not, and past the last step systemd is asked for a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cabin.budget.allowed import Allowance, judge
from cabin.budget.meter import Meter
from cabin.budget.supervisor import BudgetSupervisor
from cabin.messages import Verdict
from cabin.vehicle.policy import strictest

if TYPE_CHECKING:
    from cabin.budget.ladder import LadderEvent
    from cabin.catalog.schema import Catalog
    from cabin.config import Budgets
    from cabin.control.status import Step
    from cabin.executor import Hooks
    from cabin.messages import Command, Outcome, SignalChange, Turn
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["DaemonLadder", "StepHooks"]

logger = logging.getLogger(__name__)


class DaemonLadder:
    """The step that holds now. `tick` on the event loop; the rest from any thread."""

    def __init__(
        self, budgets: Budgets, pids: Callable[[], Iterable[int]], changed: Callable[[LadderEvent], None]
    ) -> None:
        """`pids`: all processes of the daemon; `changed` is told of a step within `tick`."""
        self.budgets = budgets
        self.resident_mib = 0.0
        """All processes, at the last tick."""
        self._meter = Meter(pids)
        self._changed = changed
        self._supervisor = BudgetSupervisor(budgets, changed)

    def change(self, budgets: Budgets) -> None:
        """Keep another budget from now on, beginning anew at the first step; the same one goes on as it was."""
        if budgets != self.budgets:
            self.budgets = budgets
            self._supervisor = BudgetSupervisor(budgets, self._changed)

    @property
    def step(self) -> Step:
        """The step that holds."""
        return self._supervisor.step

    @property
    def reason(self) -> str:
        """Why it is not normal."""
        return self._supervisor.reason

    @property
    def allowance(self) -> Allowance:
        """What the step allows."""
        return self._supervisor.allowance

    def tick(self, now_s: float) -> None:
        """Take a reading. Once a second."""
        reading = self._meter.read(now_s)
        self.resident_mib = reading.resident_mib
        self._supervisor.tick(now_s, reading)

    def note(self, turn: Turn) -> None:
        """Take the times of a turn; listening and acting wait for people and cars, and say nothing of load."""
        for stage in ("recognize", "parse", "policy"):
            if stage in turn.ms:
                self._supervisor.note_stage(stage, turn.ms[stage])
        if "total" in turn.ms:
            self._supervisor.note_stage("total", turn.ms.get("to_signal", turn.ms["total"] - turn.ms.get("act", 0.0)))

    def note_late(self) -> None:
        """Note an utterance that was dropped."""
        self._supervisor.note_late()

    def overruns(self, stage: str) -> int:
        """Return how often a stage ran past its deadline."""
        return self._supervisor.overruns[stage]


class StepHooks:
    """What plugins say of every command, and what the step says. Implements cabin.executor.Hooks."""

    def __init__(self, plugins: Hooks, step: Callable[[], Step]) -> None:
        self.catalog: Catalog | None = None
        """Set once it is loaded."""
        self._plugins, self._step = plugins, step

    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict:
        """Return the strictest verdict of all."""
        verdict = self._plugins.check_policy(command, vehicle)
        return verdict if self.catalog is None else strictest((verdict, judge(command, self.catalog, self._step())))

    def compose_reply(self, outcome: Outcome) -> str | None:
        """Leave the wording to the plugins."""
        return self._plugins.compose_reply(outcome)

    def observe_outcome(self, outcome: Outcome) -> None:
        """Show the plugins an outcome."""
        self._plugins.observe_outcome(outcome)

    def observe_signal(self, change: SignalChange) -> None:
        """Show the plugins a signal."""
        self._plugins.observe_signal(change)
