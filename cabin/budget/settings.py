"""Sections `deadlines` and `ladder` of a file of config/budgets."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, fields
from typing import Annotated

from cabin.config.fields import Bounds
from cabin.errors import ConfigError, Problem

__all__ = [
    "DeadlineSettings",
    "DeafLimits",
    "EssentialLimits",
    "LadderSettings",
    "LeanLimits",
    "RestartLimits",
    "StepLimits",
]

_MS = Bounds(1, 600_000)
_SECONDS = Bounds(0, 86_400)


@dataclass(frozen=True)
class DeadlineSettings:
    """How long one utterance may take, counted from its end. What is later is dropped, never queued."""

    recognize_ms: Annotated[float | None, _MS] = 1_000.0
    """Sound to text. null: no deadline of its own, as for every stage."""
    parse_ms: Annotated[float | None, _MS] = 150.0
    """Text to commands."""
    policy_ms: Annotated[float | None, _MS] = 20.0
    """Judging the commands of one utterance."""
    act_ms: Annotated[float | None, _MS] = None
    """Writing signals and waiting until the car has done it; a slow window is no overload, so none is set."""
    utterance_ms: Annotated[float, _MS] = 2_500.0
    """From the end of the utterance to the first signal written, waiting for its turn included."""

    def __post_init__(self) -> None:
        """Raise ConfigError when a stage may take longer than the whole."""
        wrong = [
            Problem("a stage may not take longer than utterance_ms", name, f"{ms:g}", f"at most {self.utterance_ms:g}")
            for name, ms in self.stages().items()
            if ms is not None and ms > self.utterance_ms
        ]
        if wrong:
            raise ConfigError(wrong)

    def stages(self) -> dict[str, float | None]:
        """Return the deadline of each stage by its key, in milliseconds."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "utterance_ms"}

    def of(self, stage: str) -> float | None:
        """Return the deadline of a stage in milliseconds; "total" is the whole utterance, unknown stages have none."""
        if stage == "total":
            return self.utterance_ms
        return self.stages().get(f"{stage}_ms")


@dataclass(frozen=True)
class StepLimits:
    """Past any of these the step is taken. null: this figure does not lead here."""

    memory_percent: Annotated[float | None, Bounds(1, 1_000)] = None
    """Resident memory of all processes, of `resident_mib`."""
    cgroup_percent: Annotated[float | None, Bounds(1, 100)] = None
    """Memory of the own cgroup that cannot be reclaimed, of its limit (MemoryMax); nothing where none is set."""
    stage_percent: Annotated[float | None, Bounds(1, 10_000)] = None
    """95th percentile of the latest times of a stage, of its deadline; the worst stage counts."""
    processor_percent: Annotated[float | None, Bounds(1, 100_000)] = None
    """Processor time of all processes, of one core, mean over the window."""
    late_percent: Annotated[float | None, Bounds(1, 100)] = None
    """Utterances dropped as late, of all in the window."""
    pressure_percent: Annotated[float | None, Bounds(1, 100)] = None
    """Time that processes of the own cgroup waited for processor or memory (PSI some, 10 s); nothing without it."""


@dataclass(frozen=True)
class LeanLimits(StepLimits):
    """No speculation, n-best 1."""

    memory_percent: Annotated[float | None, Bounds(1, 1_000)] = 95.0
    cgroup_percent: Annotated[float | None, Bounds(1, 100)] = 80.0
    stage_percent: Annotated[float | None, Bounds(1, 10_000)] = 100.0
    processor_percent: Annotated[float | None, Bounds(1, 100_000)] = 60.0
    late_percent: Annotated[float | None, Bounds(1, 100)] = 10.0
    pressure_percent: Annotated[float | None, Bounds(1, 100)] = 40.0


@dataclass(frozen=True)
class EssentialLimits(StepLimits):
    """Safety and body commands only, replies by earcon."""

    memory_percent: Annotated[float | None, Bounds(1, 1_000)] = 105.0
    cgroup_percent: Annotated[float | None, Bounds(1, 100)] = 88.0
    stage_percent: Annotated[float | None, Bounds(1, 10_000)] = 200.0
    processor_percent: Annotated[float | None, Bounds(1, 100_000)] = 90.0
    late_percent: Annotated[float | None, Bounds(1, 100)] = 25.0
    pressure_percent: Annotated[float | None, Bounds(1, 100)] = 70.0


@dataclass(frozen=True)
class DeafLimits(StepLimits):
    """Push-to-talk only."""

    memory_percent: Annotated[float | None, Bounds(1, 1_000)] = 115.0
    cgroup_percent: Annotated[float | None, Bounds(1, 100)] = 94.0
    stage_percent: Annotated[float | None, Bounds(1, 10_000)] = 400.0
    late_percent: Annotated[float | None, Bounds(1, 100)] = 50.0


@dataclass(frozen=True)
class RestartLimits(StepLimits):
    """systemd is asked for a restart: it frees memory, and helps against nothing else."""

    memory_percent: Annotated[float | None, Bounds(1, 1_000)] = 130.0
    cgroup_percent: Annotated[float | None, Bounds(1, 100)] = 97.0


@dataclass(frozen=True)
class LadderSettings:
    """When the service does less, and when more again."""

    window_s: Annotated[float, Bounds(1, 3_600)] = 60.0
    """Stage times and late utterances older than this do not count."""
    least_samples: Annotated[int, Bounds(1, 1_000)] = 5
    """With fewer of them, nothing is concluded from stage times or late utterances."""
    hold_s: Annotated[float, _SECONDS] = 2.0
    """How long a limit must be passed, without a break, before a step down."""
    dwell_s: Annotated[float, Bounds(0.1, 86_400)] = 5.0
    """Least time on a step."""
    margin_percent: Annotated[float, Bounds(1, 90)] = 10.0
    """The way back is open this far below a step's limits, in percent of the limit."""
    recover_s: Annotated[float, _SECONDS] = 30.0
    """How long that must last before a step up."""
    recover_most_s: Annotated[float, _SECONDS] = 600.0
    """Each step up that did not last doubles `recover_s`, up to this; after so long without one it is as at first."""
    lean: LeanLimits = field(default_factory=LeanLimits)
    essential: EssentialLimits = field(default_factory=EssentialLimits)
    deaf: DeafLimits = field(default_factory=DeafLimits)
    restart: RestartLimits = field(default_factory=RestartLimits)

    def __post_init__(self) -> None:
        """Raise ConfigError, with all mistakes at once, unless the values make sense together."""
        wrong = []
        if self.recover_s < self.dwell_s:
            wrong.append(Problem("less than dwell_s", "recover_s", f"{self.recover_s:g}", f"at least {self.dwell_s:g}"))
        if self.recover_most_s < self.recover_s:
            wrong.append(
                Problem("less than recover_s", "recover_most_s", f"{self.recover_most_s:g}", f"{self.recover_s:g}")
            )
        wrong += self._wrong_limits()
        if wrong:
            raise ConfigError(wrong)

    def limits(self, step: str) -> StepLimits:
        """Return the limits past which a step other than normal is taken."""
        limits: StepLimits = getattr(self, step)
        return limits

    def _wrong_limits(self) -> list[Problem]:
        """Return where a step further down has a lower limit than one before it."""
        wrong = []
        for figure in fields(StepLimits):
            known = [
                (step, getattr(self.limits(step), figure.name)) for step in ("lean", "essential", "deaf", "restart")
            ]
            known = [(step, limit) for step, limit in known if limit is not None]
            for (before, less), (step, more) in itertools.pairwise(known):
                if more < less:
                    expected = f"at least {less:g}, as in {before}"
                    wrong.append(Problem(f"{figure.name} is lower than in {before}", step, f"{more:g}", expected))
        return wrong
