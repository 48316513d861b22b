"""What shedding load is worth: overload simulated with real stage times, with and without deadlines and ladder.

    taskset --cpu-list 0 python -m cabin.bench.shedding_bench [--budget FILE] [--minutes N] [--seed N]

The stage times are measured here, on the bundled recordings. Then, on a clock of its own, people talk at random
(Poisson) for `--minutes`; in the middle half of that time the processor is taken, so that everything takes `slowdown`
times as long. One core serves in the order of arrival. Three ways are compared:

- queue     nothing is dropped: what today's voice services do
- deadline  what is late is dropped (cabin.budget.deadlines)
- ladder    that, and the steps of cabin.budget.supervisor

Assumed, not measured: 40 utterances a minute, half of the commands with the talk button pressed, and that of the trial
recognitions begun at a first pause four in ten are thrown away. The rest of an utterance's work is as measured.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cabin.budget.allowed import ALLOWANCES
from cabin.budget.deadlines import Deadlines, UtteranceDeadline
from cabin.budget.meter import Reading
from cabin.budget.supervisor import TOTAL, BudgetSupervisor
from cabin.budget.window import percentile

if TYPE_CHECKING:
    from cabin.budget.ladder import LadderEvent
    from cabin.cli.app import App
    from cabin.config.sections import Budgets

__all__ = ["SLOWDOWNS", "WAYS", "Outcome", "Overload", "ShedFigures", "Work", "measure_work", "simulate"]

Way = Literal["queue", "deadline", "ladder"]
Outcome = Literal["done", "late", "left", "unheard"]
"""done: carried out. late: dropped. left: not essential on that step, and told so. unheard: deaf, no talk button."""

WAYS: tuple[Way, ...] = ("queue", "deadline", "ladder")
SLOWDOWNS = (1.0, 8.0, 12.0, 16.0, 20.0)

UTTERANCES_PER_MINUTE = 40.0
PUSHED_SHARE = 0.5
TRIALS_THROWN_AWAY = 0.4
RESIDENT_SHARE = 0.7
"""Memory is no matter here: it stays at this share of the budget."""


@dataclass(frozen=True)
class Work:
    """What one recording's utterance takes, in milliseconds of an idle core."""

    recognize_ms: float
    parse_ms: float
    act_ms: float
    """Policy included."""
    is_command: bool = True
    is_essential: bool = True


@dataclass(frozen=True)
class Overload:
    """What is simulated."""

    slowdown: float
    minutes: float = 20.0
    per_minute: float = UTTERANCES_PER_MINUTE
    seed: int = 1

    def slow(self, now_s: float) -> float:
        """Return how many times as long everything takes: only in the middle half of the time."""
        share = now_s / (60 * self.minutes)
        return self.slowdown if 0.25 <= share < 0.75 else 1.0


@dataclass(frozen=True)
class ShedFigures:
    """What came of one run. Commands only, and only those said while the processor was taken."""

    slowdown: float
    way: Way
    commands: int
    in_time: int
    """Done within deadlines.utterance_ms."""
    pushed: int
    """Commands with the talk button pressed."""
    pushed_in_time: int
    essential: int
    """Commands that their catalog calls essential."""
    essential_in_time: int
    outcomes: Mapping[str, int]
    delay_p50_ms: float | None
    """Of those done: from the end of the utterance to the signal."""
    delay_p95_ms: float | None
    steps_s: Mapping[str, float]
    """Step -> seconds on it, over the whole run."""
    changes: int
    """Of the step."""
    normal_after_s: float | None
    """From the end of the overload until the step was normal again; None: it was not, or never left it."""


@dataclass
class _Said:
    """One utterance in the simulation."""

    ended_s: float
    work: Work
    pushed: bool
    trial_thrown_away: bool
    outcome: Outcome | None = None
    delay_ms: float = 0.0


@dataclass
class _Run:
    """The state of one run."""

    budgets: Budgets
    way: Way
    overload: Overload
    now_s: float = 0.0
    busy_s: float = 0.0
    """In the present second."""
    ticked_s: float = 0.0
    events: list[LadderEvent] = field(default_factory=list)
    steps_s: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.supervisor = BudgetSupervisor(self.budgets, self.events.append)
        self.deadlines = Deadlines(self.budgets, lambda: self.now_s)

    def pass_to(self, to_s: float, busy: bool) -> None:
        """Let time pass; the supervisor ticks at every second."""
        while self.ticked_s + 1 <= to_s:
            tick_s = self.ticked_s + 1
            if busy:
                self.busy_s += tick_s - max(self.now_s, self.ticked_s)
            reading = Reading(tick_s, RESIDENT_SHARE * self.budgets.resident_mib, processor_percent=100 * self.busy_s)
            if self.way == "ladder":
                self.supervisor.tick(tick_s, reading)
            self.steps_s[self.supervisor.step] += 1
            self.busy_s, self.ticked_s = 0.0, tick_s
        if busy:
            self.busy_s += max(0.0, to_s - max(self.now_s, self.ticked_s))
        self.now_s = max(self.now_s, to_s)

    def work(self, stage: str, ms: float) -> None:
        """Do some work: it takes as long as the processor lets it."""
        took_ms = ms * self.overload.slow(self.now_s)
        self.pass_to(self.now_s + took_ms / 1000, True)
        self.supervisor.note_stage(stage, took_ms)


def simulate(overload: Overload, works: Sequence[Work], budgets: Budgets, way: Way) -> ShedFigures:
    """Run one overload in one way. The same seed gives the same utterances, whatever the way."""
    run = _Run(budgets, way, overload)
    said = _talk(overload, works)
    waiting: deque[_Said] = deque(said)
    while waiting:
        each = waiting.popleft()
        if each.ended_s > run.now_s:
            run.pass_to(each.ended_s, False)
        each.outcome = _serve(run, each)
        each.delay_ms = (run.now_s - each.ended_s) * 1000
    run.pass_to(60 * overload.minutes, False)
    return _figures(run, said)


def _talk(overload: Overload, works: Sequence[Work]) -> list[_Said]:
    chance = random.Random(overload.seed)
    said: list[_Said] = []
    now_s = 0.0
    while True:
        now_s += chance.expovariate(overload.per_minute / 60)
        if now_s >= 60 * overload.minutes:
            return said
        work = chance.choice(works)
        pushed = chance.random() < PUSHED_SHARE and work.is_command
        said.append(_Said(now_s, work, pushed, chance.random() < TRIALS_THROWN_AWAY))


def _serve(run: _Run, said: _Said) -> Outcome:
    """Take one utterance through the stages."""
    allowed = run.supervisor.allowance
    deadline = run.deadlines.begin(said.ended_s)
    if not allowed.listens and not said.pushed:
        return "unheard"
    if _is_late(run, deadline):
        return "late"
    if allowed.speculates and said.trial_thrown_away:
        run.work("recognize", said.work.recognize_ms)
    run.work("recognize", said.work.recognize_ms)
    run.work("parse", said.work.parse_ms)
    if not said.work.is_command:
        run.supervisor.note_stage(TOTAL, deadline.age_ms())
        return "done"
    if ALLOWANCES[run.supervisor.step].commands != "all" and not said.work.is_essential:
        run.supervisor.note_stage(TOTAL, deadline.age_ms())
        return "left"
    if _is_late(run, deadline):
        return "late"
    run.work("act", said.work.act_ms)
    run.supervisor.note_stage(TOTAL, deadline.age_ms())
    return "done"


def _is_late(run: _Run, deadline: UtteranceDeadline) -> bool:
    if run.way == "queue" or not deadline.is_late():
        return False
    run.supervisor.note_late()
    return True


def _figures(run: _Run, said: Sequence[_Said]) -> ShedFigures:
    overload, limit_ms = run.overload, run.budgets.deadlines.utterance_ms
    end_s = 0.75 * 60 * overload.minutes
    counted = [each for each in said if each.work.is_command and overload.minutes * 15 <= each.ended_s < end_s]
    done = [each for each in counted if each.outcome == "done"]
    in_time = [each for each in done if each.delay_ms <= limit_ms]
    delays_ms = [each.delay_ms for each in done]
    back = [event.at_s for event in run.events if event.after == "normal" and event.at_s >= end_s]
    outcomes: Counter[str] = Counter(each.outcome for each in counted if each.outcome is not None)
    return ShedFigures(
        overload.slowdown,
        run.way,
        len(counted),
        len(in_time),
        sum(each.pushed for each in counted),
        sum(each.pushed for each in in_time),
        sum(each.work.is_essential for each in counted),
        sum(each.work.is_essential for each in in_time),
        dict(sorted(outcomes.items())),
        round(percentile(delays_ms, 50)) if delays_ms else None,
        round(percentile(delays_ms, 95)) if delays_ms else None,
        dict(run.steps_s),
        len(run.events),
        round(back[-1] - end_s) if back and run.supervisor.step == "normal" else None,
    )


def measure_work(app: App, rounds: int = 2) -> list[Work]:
    """Measure the stage times of the bundled recordings. Raises CabinError when a model is not there."""
    from cabin.bench.machine_bench import measure_heard, open_timed_chain
    from cabin.demo.script import load_script

    chain, car = open_timed_chain(app)
    try:
        chain.load()
        margin_s, entries = app.config.endpoint.margin_s, load_script()
        measure_heard(chain, car, entries[:1], margin_s)
        heard = measure_heard(chain, car, entries * rounds, margin_s)
        intents = chain.executor.catalog.intents
    finally:
        chain.close()
    stages = [heard.stages_ms[stage] for stage in ("recognize", "parse", "policy", "act")]
    return [
        Work(
            recognize,
            parse,
            policy + act,
            bool(names),
            bool(names) and all(name in intents and intents[name].essential for name in names),
        )
        for recognize, parse, policy, act, names in zip(*stages, heard.intents, strict=True)
    ]


@click.command(help="Simulate overload with real stage times; print one JSON object for each slowdown and way.")
@click.option("--budget", type=click.Path(path_type=Path), help="A file of config/budgets; default: the built-in one.")
@click.option(
    "--minutes", type=click.FloatRange(1), default=20.0, show_default=True, help="Simulated time of each run."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Who says what when.")
def main(budget: Path | None, minutes: float, seed: int) -> None:
    """Measure, simulate and print."""
    from cabin.cli.app import App
    from cabin.cli.output import print_error, print_json
    from cabin.config import load_budgets
    from cabin.errors import CabinError

    try:
        budgets = load_budgets(budget).value
        works = measure_work(App())
        for slowdown in SLOWDOWNS:
            for way in WAYS:
                figures = simulate(Overload(slowdown, minutes, seed=seed), works, budgets, way)
                print_json({"bench": "shedding"} | vars(figures))
    except CabinError as error:
        print_error(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
