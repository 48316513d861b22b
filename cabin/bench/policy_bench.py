"""Random commands in random states, by every path that can write, held against a second reading of the policy.

    result = run_pairs(catalog, [Path("config/policy.yaml")], pairs=100_000, seed=1)
    result.violations          # must be empty

Each pair is a state and something done in it: a command, several in one breath, a sentence, a question answered with
yes or no, undo, a short sentence that refers back, a plugin's action that writes what it likes, a plugin that writes by
itself, a reload in between. The state changes at bad moments: after a verdict, between two writes, while the driver
thinks.
"""

from __future__ import annotations

import dataclasses
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.bench.policy_draw import CommandDraw
from cabin.bench.policy_oracle import PolicyOracle, Said
from cabin.bench.policy_world import Nature, WatchedCar, Write
from cabin.chain import Chain, Talk
from cabin.dialog.session import Session
from cabin.errors import VehicleError
from cabin.executor import Executor, Request
from cabin.messages import Command, Parse
from cabin.template_parser import TemplateParser
from cabin.vehicle.action import ActionResult
from cabin.vehicle.effects import VehicleTimes
from cabin.vehicle.policy_file import load_policy

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent
    from cabin.messages import Outcome
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["PATHS", "PolicyBench", "PolicyResult", "Violation", "run_pairs"]

PATHS: Mapping[str, int] = {
    "act": 46,
    "several": 10,
    "say": 10,
    "confirm": 12,
    "undo": 8,
    "follow-up": 5,
    "action": 5,
    "plugin": 4,
}
"""Path -> how many of a hundred pairs take it. A reload may come before any and between question and answer."""

FOLLOW_UPS = ("a bit more", "do it again", "and the passenger", "the other one", "no, the driver", "undo that")
RELOAD_SHARE = 0.02
SHIFT_SHARE = 0.3
_MOST_KEPT = 20


@dataclass(frozen=True)
class Violation:
    """A write that the policy forbids and that reached the car all the same."""

    pair: int
    path: str
    """Which of PATHS."""
    command: str
    signal: str
    value: Any
    rule: str
    state: Mapping[str, Any] = field(default_factory=dict)
    """The signals that rules ask for, at the write."""


@dataclass
class PolicyResult:
    """What a run came to."""

    pairs: int = 0
    seed: int = 0
    writes: int = 0
    """Writes that reached the car, each checked."""
    by_path: Counter[str] = field(default_factory=Counter)
    writes_by_path: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    stopped_at_gate: int = 0
    """Writes that only the last gate stopped: the state had changed after the verdict, or a plugin wrote by itself."""
    shifts: int = 0
    reloads: int = 0
    forbidden: int = 0
    """Writes that should not have reached the car."""
    violations: list[Violation] = field(default_factory=list)
    """The first of them."""
    seconds: float = 0.0


class PolicyBench:
    """One run."""

    def __init__(self, catalog: Catalog, policies: Sequence[Path], car: Any, seed: int) -> None:
        """`policies`: files between which reloads change; `car`: a simulated one with nothing that sleeps."""
        self.draw = random.Random(seed)
        self.result = PolicyResult(seed=seed)
        self.car = WatchedCar(car)
        self.nature = Nature(self.car, self.draw, SHIFT_SHARE)
        self.nature.ended = self._ended
        self._catalog = catalog
        self._loaded = [(load_policy(file), PolicyOracle(file)) for file in policies]
        guarded = [pattern for rule in self._loaded[0][0].writes for pattern in rule.signals]
        self._commands = CommandDraw(
            catalog, self.draw, car.signals(), lambda path: any(fnmatchcase(path, pattern) for pattern in guarded)
        )
        self._parser = TemplateParser(catalog)
        self._parsed: dict[str, Parse] = {}
        self._oracle = self._loaded[0][1]
        self._executor = self._make(0)
        self._session = Session(catalog)
        self._path, self._marked, self._given, self._pressed = "", 0, set[str](), set[str]()

    def run(self, pairs: int, progress: Callable[[int], None] = lambda _done: None) -> PolicyResult:
        """Do so many pairs; `progress` is told of each thousand."""
        begun_s = time.perf_counter()
        names, shares = list(PATHS), list(PATHS.values())
        for number in range(1, pairs + 1):
            self.result.pairs = number
            self._path = self.draw.choices(names, shares)[0]
            self.result.by_path[self._path] += 1
            self._begin()
            if self.draw.random() < RELOAD_SHARE:
                self._reload()
            getattr(self, f"_{self._path.replace('-', '_')}")()
            self._check(None)
            if number % 1000 == 0:
                progress(number)
        self.result.shifts = self.nature.shifts
        self.result.seconds = time.perf_counter() - begun_s
        return self.result

    # Paths

    def _act(self) -> None:
        self._executor.execute(self._commands.command(), self._request(self.draw.random() < 0.5))

    def _several(self) -> None:
        commands = tuple(self._commands.command() for _ in range(self.draw.randint(2, 4)))
        self._talk(Parse("several at once", commands))

    def _say(self) -> None:
        self._talk(self._read(self._commands.sentence()))

    def _confirm(self) -> None:
        """Ask, let the state change while the driver thinks, answer."""
        self._talk(Parse("something that is asked about", (self._commands.asked_about(),)))
        self._answer()

    def _undo(self) -> None:
        self._talk(Parse("something", (self._commands.command(),)))
        self._answer()
        if self.draw.random() < 0.7:
            self.nature.set_state(self._executor)
        self._talk(Parse("undo that", (Command("assistant.undo"),)))
        self._answer()

    def _follow_up(self) -> None:
        self._talk(Parse("something", (self._commands.command(),)))
        if self.draw.random() < 0.5:
            self.nature.set_state(self._executor)
        self._talk(self._read(self.draw.choice(FOLLOW_UPS)))
        self._answer()

    def _action(self) -> None:
        """A plugin's action that writes what it likes stands behind an intent."""
        name = self.draw.choice(self._commands.intents)
        self._executor.execute(Command(name, {"bench": "action"}), self._request(self.draw.random() < 0.5))

    def _plugin(self) -> None:
        """A plugin that was given the car writes by itself."""
        gated = self._executor.gated()
        for _ in range(3):
            self._try_write(gated)

    # Inside

    def _begin(self) -> None:
        self.nature.set_state(self._executor)
        self._given = set()
        self._pressed = set()
        self.car.writes.clear()
        self._marked = 0

    def _reload(self) -> None:
        self.result.reloads += 1
        self._executor = self._make(self.draw.randrange(len(self._loaded)))

    def _make(self, index: int) -> Executor:
        policy, self._oracle = self._loaded[index]
        older = getattr(self, "_executor", None)
        executor = Executor(
            _with_wild_actions(self._catalog),
            policy,
            self.car,
            self.nature,
            run_action=self._run_action,
            times=VehicleTimes(settle_ms=0, max_wait_ms=1),
        )
        if older is not None:
            executor.judge.follow(older.judge)
        return executor

    def _request(self, yes: bool) -> Request:
        def confirm(_command: Command, verdict: Any) -> bool:
            if yes:
                self._given.add(verdict.rule)
            self.nature.shift()
            return yes

        return Request(confirm, speaker=self.nature.speaker)

    def _talk(self, parse: Parse) -> None:
        request = Request(speaker=self.nature.speaker)
        chain = Chain(self._parser, self._executor)
        chain.act(parse, request, {}, talk=Talk(self._session))
        if self.draw.random() < RELOAD_SHARE:
            self._reload()

    def _answer(self) -> None:
        question = self._session.question
        if question is None:
            return
        if self.draw.random() < 0.5:
            self.nature.set_state(self._executor)
        word = "yes" if self.draw.random() < 0.8 else "no"
        if word == "yes":
            self._given.add(question.reason[0])
        self._talk(Parse(word, (Command(f"assistant.{word}"),)))

    def _read(self, text: str) -> Parse:
        if text not in self._parsed:
            self._parsed[text] = self._parser.parse(text)
        return self._parsed[text]

    def _run_action(self, name: str, _command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
        """Run in place of every action: writes what it likes, and presses something and lets it go."""
        if name == "wild":
            self._try_write(vehicle)
            self.nature.shift()
            self._try_write(vehicle)
        try:
            vehicle.write("Vehicle.Body.Horn.IsActive", True, 100)
            self.nature.shift()
        except VehicleError:
            self.result.stopped_at_gate += 1
        else:
            vehicle.write("Vehicle.Body.Horn.IsActive", False, 100)
        return ActionResult(reply="Done.")

    def _try_write(self, vehicle: VehicleInterface) -> None:
        path, value = self._commands.write()
        try:
            vehicle.write(path, value, 100)
        except VehicleError:
            self.result.stopped_at_gate += 1

    # Checking

    def _ended(self, outcome: Outcome) -> None:
        self.result.statuses[outcome.status] += 1
        self._check(outcome.command)

    def _check(self, command: Command | None) -> None:
        """Hold every write since the last check against the oracle; it was made for `command`, or for none."""
        for write in self.car.writes[self._marked :]:
            self.result.writes += 1
            self.result.writes_by_path[self._path] += 1
            rule = self._oracle.forbids_write(write.path, write.value, write.moment)
            if rule is None and command is not None and not self._is_let_go(write):
                rule = self._forbidden(command, write)
            if rule is not None:
                self._note(command, write, rule)
        self._marked = len(self.car.writes)
        self._pressed = set()

    def _is_let_go(self, write: Write) -> bool:
        """Whether it switches off what the same command switched on."""
        if write.value is True:
            self._pressed.add(write.path)
        return write.value is False and write.path in self._pressed

    def _forbidden(self, command: Command, write: Write) -> str | None:
        if command.intent == "assistant.undo":
            return self._forbidden_undo(write)
        said = self._said(command)
        refused = self._oracle.refused(said, write.moment)
        if refused is not None:
            return refused
        asks = self._oracle.asks(said, write.moment)
        return f"{asks} (not answered)" if asks is not None and asks not in self._given else None

    def _forbidden_undo(self, write: Write) -> str | None:
        """Putting back is forbidden when nothing that could be said to set the signal so would be allowed."""
        rules = []
        for name in self._commands.writers(write.path, write.value):
            rule = self._oracle.refused(Said(name, self._catalog.intents[name].policy), write.moment)
            if rule is None:
                return None
            rules.append(rule)
        return rules[0] if rules else None

    def _said(self, command: Command) -> Said:
        intent = self._catalog.intents[command.intent]
        unsure = command.unsure and not intent.only_reads
        return Said(command.intent, intent.policy, command.slots, command.confidence, unsure)

    def _note(self, command: Command | None, write: Write, rule: str) -> None:
        self.result.forbidden += 1
        if len(self.result.violations) < _MOST_KEPT:
            asked_for = sorted(self._executor.policy.signals() & write.moment.signals.keys())
            seen = {path: write.moment.signals[path] for path in asked_for}
            name = command.intent if command is not None else "(no command)"
            found = Violation(self.result.pairs, self._path, name, write.path, write.value, rule, seen)
            self.result.violations.append(found)


def _with_wild_actions(catalog: Catalog) -> Catalog:
    """Return the catalog in which each intent has a case more, by which a plugin writes what it likes."""
    intents = {}
    for name, intent in catalog.intents.items():
        wild = dataclasses.replace(intent.cases[0], when={"bench": "action"}, set={}, read=(), action="wild")
        intents[name] = dataclasses.replace(intent, cases=(wild, *intent.cases))
    return dataclasses.replace(catalog, intents=intents)


def run_pairs(
    catalog: Catalog,
    policies: Sequence[Path],
    car: Any,
    pairs: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda _done: None,
) -> PolicyResult:
    """Run so many pairs and return what came of them."""
    return PolicyBench(catalog, policies, car, seed).run(pairs, progress)
