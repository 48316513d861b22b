"""Readings and stage times in, the step of the ladder and its events out. No thread and no clock of its own."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from cabin.budget.allowed import Allowance, allowance
from cabin.budget.ladder import Figure, Ladder, LadderEvent
from cabin.budget.settings import DeadlineSettings, LadderSettings
from cabin.budget.steps import Step
from cabin.budget.window import LateWindow, TimeWindow, percentile

if TYPE_CHECKING:
    from cabin.budget.meter import Reading

__all__ = ["TOTAL", "BudgetSupervisor", "SupervisedBudgets"]

logger = logging.getLogger(__name__)

TOTAL = "total"
"""The stage that ends an utterance: from its end to its last outcome."""


class SupervisedBudgets(Protocol):
    """What is needed of cabin.config.Budgets."""

    @property
    def resident_mib(self) -> float:
        """Where the memory budget ends."""
        ...

    @property
    def deadlines(self) -> DeadlineSettings:
        """Section `deadlines`."""
        ...

    @property
    def ladder(self) -> LadderSettings:
        """Section `ladder`."""
        ...


class BudgetSupervisor:
    """Watches the budget. `note_stage` and `note_late` may be called from any thread, `tick` from one."""

    def __init__(self, budgets: SupervisedBudgets, publish: Callable[[LadderEvent], None]) -> None:
        """`publish` is called within `tick`, once for each change; what it raises is logged."""
        self.budgets = budgets
        self.last_event: LadderEvent | None = None
        """The latest change; None: there was none."""
        self.overruns: Counter[str] = Counter()
        """Stage -> runs past its deadline, since the start."""
        self._publish = publish
        self._ladder = Ladder(budgets.ladder)
        self._lock = threading.Lock()
        self._now_s = 0.0
        self._stages: dict[str, TimeWindow] = {}
        self._late = LateWindow(budgets.ladder.window_s)
        self._processor: deque[tuple[float, float]] = deque()

    @property
    def step(self) -> Step:
        """The present step."""
        return self._ladder.step

    @property
    def allowance(self) -> Allowance:
        """What the present step allows."""
        return allowance(self.step)

    @property
    def reason(self) -> str:
        """Why the step is not normal, as a sentence for technicians; empty when it is."""
        if self.step == "normal" or self.last_event is None:
            return ""
        return f"{self.last_event}."

    def note_stage(self, stage: str, ms: float) -> None:
        """Note that a stage took so long. "total" ends an utterance that was carried out or refused in time."""
        with self._lock:
            self._stages.setdefault(stage, TimeWindow(self.budgets.ladder.window_s)).add(self._now_s, ms)
            limit_ms = self.budgets.deadlines.of(stage)
            if limit_ms is not None and ms > limit_ms:
                self.overruns[stage] += 1
            if stage == TOTAL:
                self._late.add(self._now_s, False)

    def note_late(self) -> None:
        """Note an utterance that was dropped as late, instead of its "total"."""
        with self._lock:
            self._late.add(self._now_s, True)

    def tick(self, now_s: float, reading: Reading) -> Step:
        """Take a reading, once a second or so, and return the step from now on."""
        with self._lock:
            self._now_s = max(self._now_s, now_s)
            self._take_processor(self._now_s, reading)
            figures = list(self._figures(self._now_s, reading))
            event = self._ladder.tick(self._now_s, figures)
            if event is not None:
                self._forget()
        if event is not None:
            self.last_event = event
            logger.warning("step %s", event)
            try:
                self._publish(event)
            except Exception:  # whoever listens must not end the watch
                logger.exception("an observer of the ladder failed")
        return self.step

    def figures(self, now_s: float, reading: Reading) -> tuple[Figure, ...]:
        """Return what limits are held against, without changing anything: for status and tests."""
        with self._lock:
            return tuple(self._figures(now_s, reading))

    def _forget(self) -> None:
        """Begin the windows anew: what was measured on one step says nothing of the next."""
        for window in self._stages.values():
            window.clear()
        self._late.clear()
        self._processor.clear()

    def _figures(self, now_s: float, reading: Reading) -> Iterator[Figure]:
        limit_mib = self.budgets.resident_mib
        share = 100 * reading.resident_mib / limit_mib
        yield Figure("memory", share, f"memory {reading.resident_mib:.0f} of {limit_mib:.0f} MiB")
        group = reading.cgroup
        if group is not None and group.limit_mib:
            share = 100 * group.held_mib / group.limit_mib
            yield Figure("cgroup", share, f"control group {group.held_mib:.0f} of {group.limit_mib:.0f} MiB")
        yield from self._stage_figures(now_s)
        if len(self._processor) >= self.budgets.ladder.least_samples:
            mean = sum(percent for _, percent in self._processor) / len(self._processor)
            yield Figure("processor", mean, "processor of one core")
        late = self._late.share_percent(now_s, self.budgets.ladder.least_samples)
        if late is not None:
            yield Figure("late", late, "late utterances")
        waits = {"processor": reading.processor_pressure_percent, "memory": reading.memory_pressure_percent}
        for what, percent in waits.items():
            if percent is not None:
                yield Figure("pressure", percent, f"waiting for {what}")

    def _stage_figures(self, now_s: float) -> Iterator[Figure]:
        for stage, window in self._stages.items():
            limit_ms = self.budgets.deadlines.of(stage)
            values = window.values(now_s)
            if limit_ms is not None and len(values) >= self.budgets.ladder.least_samples:
                p95_ms = percentile(values, 95)
                what = f"p95 of {stage} {p95_ms:.0f} of {limit_ms:.0f} ms"
                yield Figure("stage", 100 * p95_ms / limit_ms, what)

    def _take_processor(self, now_s: float, reading: Reading) -> None:
        """Keep the window's readings: the mean counts, as one busy second is no load."""
        if reading.processor_percent is not None:
            self._processor.append((now_s, reading.processor_percent))
        while self._processor and self._processor[0][0] < now_s - self.budgets.ladder.window_s:
            self._processor.popleft()
