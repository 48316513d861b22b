"""When to step down, and when up again: figures in, at most one step a time out. Pure: time is given.

Down: one figure passes a limit of a later step for `hold_s`, and `dwell_s` are over on this one. Up: for `recover_s`
all figures are under the limits of this step and the later ones by `margin_percent`. A step up that did not last
doubles `recover_s`. So a load that stays comes to rest, and one that swings makes ever fewer changes. `restart` has no
way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cabin.budget.settings import LadderSettings
from cabin.budget.steps import STEPS, Step, rank, sentence

__all__ = ["Figure", "Kind", "Ladder", "LadderEvent", "Reason"]

Kind = Literal["memory", "cgroup", "stage", "processor", "late", "pressure"]
Reason = Literal["memory", "cgroup", "stage", "processor", "late", "pressure", "recovered"]

MOST_GAP_S = 5.0
"""Ticks further apart than this, as after a suspend or a stop, prove nothing of the time between them."""


@dataclass(frozen=True)
class Figure:
    """One measured figure that a limit may be set for."""

    kind: Kind
    percent: float
    what: str
    """For people: "memory of all processes, 291 of 300 MiB"."""


@dataclass(frozen=True)
class LadderEvent:
    """The step changed."""

    at_s: float
    """On the clock of the ticks."""
    before: Step
    after: Step
    reason: Reason
    """The figure that led to it; recovered: none does any more."""
    measured: float
    """Percent. After a recovery that of the figure nearest to its limit, 0 when there is none."""
    limit: float
    """Percent: past it the step is taken, or below it the step up."""
    what: str
    """What was measured, for people."""
    sentence: str
    """For the driver."""

    def __str__(self) -> str:
        compared = "under" if self.reason == "recovered" else "over"
        told = f": {self.what}, {self.measured:.0f} %, {compared} {self.limit:.0f} %" if self.what else ""
        return f"{self.before} -> {self.after} ({self.reason}){told}"


@dataclass(frozen=True)
class _Passed:
    """A limit, and the figure held against it."""

    figure: Figure
    limit: float
    step: int

    @property
    def excess(self) -> float:
        return self.figure.percent / self.limit


class Ladder:
    """Where the service stands. Not thread-safe."""

    def __init__(self, settings: LadderSettings) -> None:
        self.settings = settings
        self.recover_s = settings.recover_s
        """How long a way up now takes."""
        self._limits: tuple[dict[Kind, float | None], ...] = ({}, *(_limits(settings, step) for step in STEPS[1:]))
        self._rank = 0
        self._now_s: float | None = None
        self._changed_s = self._up_s = -float("inf")
        self._worse_since_s: float | None = None
        self._calm_since_s: float | None = None

    @property
    def step(self) -> Step:
        """The present step."""
        return STEPS[self._rank]

    def demanded(self, figures: Sequence[Figure], share: float = 1.0) -> Step:
        """Return the furthest step of which a figure passes a limit, each limit taken times `share`."""
        return STEPS[max((passed.step for passed in self._passed(figures, 1, share)), default=0)]

    def tick(self, now_s: float, figures: Sequence[Figure]) -> LadderEvent | None:
        """Take the figures of this moment; return the change, if there is one. Time that runs back stands still."""
        last_s = now_s if self._now_s is None else self._now_s
        now_s = max(now_s, last_s)
        self._now_s = now_s
        if now_s - last_s > MOST_GAP_S:
            self._worse_since_s = self._calm_since_s = None
        worse = self._passed(figures, self._rank + 1)
        self._worse_since_s = _since(self._worse_since_s, bool(worse), now_s)
        calm = not self._passed(figures, max(1, self._rank), self._open_share)
        self._calm_since_s = _since(self._calm_since_s, calm, now_s)
        if now_s - self._changed_s < self.settings.dwell_s:
            return None
        if self._worse_since_s is not None and now_s - self._worse_since_s >= self.settings.hold_s:
            return self._down(now_s, max(worse, key=lambda passed: (passed.step, passed.excess)))
        way_back = 0 < self._rank < rank("restart")
        if way_back and self._calm_since_s is not None and now_s - self._calm_since_s >= self.recover_s:
            return self._up(now_s, figures)
        return None

    @property
    def _open_share(self) -> float:
        return 1 - self.settings.margin_percent / 100

    def _passed(self, figures: Sequence[Figure], first: int, share: float = 1.0) -> list[_Passed]:
        """Return every limit, times `share`, of the steps from `first` on that a figure passes."""
        return [
            _Passed(figure, limit * share, step)
            for step in range(first, len(STEPS))
            for figure in figures
            if (limit := self._limits[step].get(figure.kind)) is not None and figure.percent > limit * share
        ]

    def _down(self, now_s: float, passed: _Passed) -> LadderEvent:
        did_not_last = now_s - self._up_s < self.settings.recover_most_s
        self.recover_s = (
            min(2 * self.recover_s, self.settings.recover_most_s) if did_not_last else self.settings.recover_s
        )
        return self._change(now_s, self._rank + 1, passed.figure.kind, passed)

    def _up(self, now_s: float, figures: Sequence[Figure]) -> LadderEvent:
        self._up_s = now_s
        nearest = [
            _Passed(figure, limit * self._open_share, self._rank)
            for figure in figures
            if (limit := self._limits[self._rank].get(figure.kind)) is not None
        ]
        why = max(nearest, key=lambda passed: passed.excess, default=None)
        return self._change(now_s, self._rank - 1, "recovered", why)

    def _change(self, now_s: float, to: int, reason: Reason, why: _Passed | None) -> LadderEvent:
        before, self._rank, self._changed_s = self.step, to, now_s
        self._worse_since_s = self._calm_since_s = None
        measured, limit, what = (why.figure.percent, why.limit, why.figure.what) if why is not None else (0.0, 0.0, "")
        return LadderEvent(now_s, before, self.step, reason, measured, limit, what, sentence(before, self.step))


def _limits(settings: LadderSettings, step: Step) -> dict[Kind, float | None]:
    limits = settings.limits(step)
    return {kind: getattr(limits, f"{kind}_percent") for kind in get_args(Kind)}


def _since(since_s: float | None, holds: bool, now_s: float) -> float | None:
    """Return since when something holds without a break."""
    if not holds:
        return None
    return now_s if since_s is None else since_s
