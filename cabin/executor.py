"""One command to its outcome: policy, plan, policy again, act, read back, reply.

Unsure means ask, unsafe means refuse, late means drop. Nothing here raises for what a driver says or a car does: it all
becomes an Outcome with its reply.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cabin.dialog.reply import Facts, say_done, say_obstacle, say_unavailable, say_unconfirmed
from cabin.errors import CabinError, UnknownSignalError, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Command, Outcome, Signal, SignalChange, Status, Verdict
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER, Circumstances
from cabin.vehicle.effects import Plan, Target, VehicleTimes, carry_out, plan, read_signals
from cabin.vehicle.expressions import CannotAct, Computed
from cabin.vehicle.gate import ForbiddenWriteError
from cabin.vehicle.judging import Judge
from cabin.vehicle.policy import strictest
from cabin.vehicle.units import UnitSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import Case, Catalog, Intent
    from cabin.messages import SignalValue
    from cabin.vehicle.action import ActionResult
    from cabin.vehicle.driver_state import DriverState
    from cabin.vehicle.interface import VehicleInterface
    from cabin.vehicle.policy import Policy

__all__ = ["Confirm", "Executor", "Hooks", "NoHooks", "Request"]

logger = logging.getLogger(__name__)

Confirm = Callable[[Command, Verdict], bool]
"""Asked when policy wants a yes."""

RunAction = Callable[[str, Command, "Intent", "VehicleInterface"], "ActionResult"]
"""Runs a registered Python action by its name, guarded. Raises CabinError."""


class Hooks(Protocol):
    """What plugins say and see of every command (cabin.plugins.PluginManager)."""

    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict:
        """Return the strictest verdict of all plugins."""
        ...

    def compose_reply(self, outcome: Outcome) -> str | None:
        """Return a reply that replaces the catalog's, or None."""
        ...

    def observe_outcome(self, outcome: Outcome) -> None:
        """See what became of a command."""
        ...

    def observe_signal(self, change: SignalChange) -> None:
        """See a signal that changed."""
        ...


class NoHooks:
    """No plugins at all."""

    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict:  # noqa: ARG002
        """Allow everything: the rules of policy.yaml are asked elsewhere."""
        return Verdict("allow")

    def compose_reply(self, outcome: Outcome) -> str | None:  # noqa: ARG002
        """Leave the reply to the catalog."""
        return None

    def observe_outcome(self, outcome: Outcome) -> None:
        """See nothing."""

    def observe_signal(self, change: SignalChange) -> None:
        """See nothing."""


@dataclass
class Request:
    """How commands of one utterance are to be carried out, and the time that it took."""

    confirm: Confirm | None = None
    """None: nobody is there to answer, so nothing that needs a yes is done."""
    damaged: bool = False
    """Samples of the utterance were lost."""
    begun_s: float = field(default_factory=time.perf_counter)
    """When the utterance ended (time.perf_counter); a command that is older than its deadline is dropped."""
    deadline_ms: float | None = None
    """From `begun_s` to the first signal written, where a budget says so; None: as vehicle.yaml has it."""
    policy_ms: float | None = None
    """What judging may take; None: as long as it takes."""
    ms: dict[str, float] = field(default_factory=lambda: {"policy": 0.0, "act": 0.0})
    speaker: str = UNKNOWN_SPEAKER
    """Whose seat the sound came from (cabin.vehicle.circumstances.SPEAKERS), or unknown."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + (time.perf_counter() - start) * 1000


@dataclass(frozen=True)
class _Done:
    """What acting came to, before it is worded."""

    status: Status
    reply: str = ""
    verdict: Verdict = field(default_factory=lambda: Verdict("allow"))
    changes: tuple[SignalChange, ...] = ()
    readings: tuple[Signal, ...] = ()


class Executor:
    """Carries out commands in one car."""

    def __init__(
        self,
        catalog: Catalog,
        policy: Policy,
        vehicle: VehicleInterface,
        hooks: Hooks | None = None,
        *,
        run_action: RunAction | None = None,
        plugin_of: Callable[[str], str] = lambda _intent: "",
        times: VehicleTimes | None = None,
        units: UnitSettings | None = None,
    ) -> None:
        """`plugin_of` names the plugin that would bring an intent that the catalog lacks, or gives the empty string."""
        self.catalog = catalog
        self.judge = Judge(policy)
        """Policy, how the driver is, who set what, and why the last commands were judged as they were."""
        self.vehicle = vehicle
        self._hooks: Hooks = hooks or NoHooks()
        self._run_action = run_action
        self._plugin_of = plugin_of
        self._times = times or VehicleTimes()
        self._units = units or UnitSettings()

    def execute(self, command: Command, request: Request | None = None) -> Outcome:
        """Do one command and say what became of it."""
        request = request or Request()
        intent = self.catalog.intents.get(command.intent)
        if intent is None:
            done = _Done("unavailable", say_unavailable(command.intent, self._plugin_of(command.intent)))
        else:
            done = self._attempt(command, intent, request)
        outcome = Outcome(command, done.status, done.reply, done.verdict, done.changes, done.readings)
        worded = self._hooks.compose_reply(outcome)
        if worded is not None:
            outcome = dataclasses.replace(outcome, reply=worded)
        self._tell(outcome, request)
        return outcome

    @property
    def policy(self) -> Policy:
        """The rules."""
        return self.judge.policy

    @property
    def driver(self) -> DriverState:
        """How the driver is; plugins that watch the driver report to it."""
        return self.judge.driver

    @property
    def hooks(self) -> Hooks:
        """What plugins say of commands."""
        return self._hooks

    def gated(self) -> VehicleInterface:
        """Return the car as plugins may have it: what the rules on writes forbid is not written."""
        return self.judge.gate(self.vehicle, self.judge.around)

    @property
    def units(self) -> UnitSettings:
        """Used where the car does not tell its own."""
        return self._units

    def restore(
        self,
        command: Command,
        targets: Sequence[tuple[str, SignalValue]],
        judged: Sequence[Command],
        request: Request | None = None,
    ) -> Outcome:
        """Set signals back to earlier values, as outcome of `command`; its reply is only worded when it is not done.

        The strictest verdict on the commands `judged` counts: those that could set the signals so.
        """
        request = request or Request()
        try:
            done = self._restore(targets, judged, request)
        except CabinError as error:
            logger.warning("%s", error)
            done = _Done("failed", f"I could not put that back: {_clause(error)}.")
        outcome = Outcome(command, done.status, done.reply, done.verdict, done.changes)
        self._tell(outcome, request)
        return outcome

    def _tell(self, outcome: Outcome, request: Request) -> None:
        """Remember who set what, and show plugins what became of a command."""
        for change in outcome.changes:
            self.judge.note_write(request.speaker, change.path, change.target)
            self._hooks.observe_signal(change)
        self._hooks.observe_outcome(outcome)

    def _restore(
        self, targets: Sequence[tuple[str, SignalValue]], judged: Sequence[Command], request: Request
    ) -> _Done:
        verdict, asked, _ = self._judge_all(judged, request)
        answered: Collection[Verdict] = ()
        if verdict.decision == "confirm":
            if request.confirm is None or asked is None or not request.confirm(asked, verdict):
                return _Done("confirm", verdict.reason, verdict)
            first = verdict
            # the car may have moved on while the driver thought; one yes is for all that was judged together
            verdict, _, answered = self._judge_all(judged, request)
            if verdict.decision == "confirm" and verdict != first:
                return _Done("confirm", verdict.reason, verdict)
        elif self._is_late(request):
            return _Done("late", "That took too long, so I left it. Please say it again.", verdict)
        if verdict.decision == "refuse":
            return _Done("refused", verdict.reason, verdict)
        again = [(each, self.catalog.intents[each.intent]) for each in judged]
        with request.stage("act"):
            specs = self.vehicle.signals()
            planned = tuple(
                Target(specs[path], self.vehicle.read(path).value, Computed(value)) for path, value in targets
            )
            allowed = self._judge_writes(planned, request, again[0] if again else None)
            if allowed.decision != "allow":
                return _Done("refused", allowed.reason, allowed)
            car = self.judge.gate(self.vehicle, lambda: self._around(request), again, answered)
            carried = carry_out(planned, car, self._times)
        if isinstance(carried.error, ForbiddenWriteError):
            return _forbidden(carried.error, carried.changes)
        if carried.error is not None:
            status: Status = "late" if isinstance(carried.error, VehicleTimeoutError) else "failed"
            reply = f"I could not put that back: {_clause(carried.error)}."
            return _Done(status, reply, verdict, carried.changes)
        if not all(change.confirmed for change in carried.changes):
            reply = "I asked the car to put that back, but it has not done so."
            return _Done("unconfirmed", reply, verdict, carried.changes)
        return _Done("done", "Undone.", verdict, carried.changes)

    def _attempt(self, command: Command, intent: Intent, request: Request) -> _Done:
        with request.stage("policy"):
            verdict = self._judge(command, intent, request)
        if verdict.decision == "refuse":
            return _Done("refused", verdict.reason, verdict)
        try:
            with request.stage("act"):
                planned = plan(command, intent, self.vehicle, self._units)
            forbidden = self._judge_writes(planned.targets, request, (command, intent))
            if forbidden.decision != "allow":
                return _Done("refused", forbidden.reason, forbidden)
            answered: tuple[Verdict, ...] = ()
            if verdict.decision == "confirm":
                if request.confirm is None or not request.confirm(command, verdict):
                    return _Done("confirm", verdict.reason, verdict)
                answered = (verdict,)
                with request.stage("act"):  # the car may have moved on while the driver thought
                    planned = plan(command, intent, self.vehicle, self._units)
            elif self._is_late(request):
                return _Done("late", "That took too long, so I left it. Please say it again.", verdict)
            with request.stage("policy"):
                verdict = self._judge(command, intent, request, "when acting")
            if verdict.decision == "refuse":
                return _Done("refused", verdict.reason, verdict)
            if verdict.decision == "confirm" and verdict not in answered:  # a yes answers one question, not another
                return _Done("confirm", verdict.reason, verdict)
            with request.stage("act"):
                car = self.judge.gate(self.vehicle, lambda: self._around(request), ((command, intent),), answered)
                return self._act(command, intent, planned, verdict, car)
        except ForbiddenWriteError as error:
            return _forbidden(error)
        except CannotAct as obstacle:
            verdict = Verdict("refuse", say_obstacle(obstacle, command, intent), obstacle.obstacle)
            self.judge.note_obstacle(command, intent, verdict, self._around(request))
            return _Done("refused", verdict.reason, verdict)
        except UnknownSignalError as error:
            logger.warning("%s", error)
            return _Done("unavailable", say_unavailable(command.intent, intent=intent), verdict)
        except CabinError as error:
            logger.warning("%s", error)
            return _Done("failed", f"I could not {intent.title}: {_clause(error)}.", verdict)

    def _judge_all(
        self, commands: Sequence[Command], request: Request
    ) -> tuple[Verdict, Command | None, tuple[Verdict, ...]]:
        """Return the strictest verdict on some commands, the first that it is about, and all verdicts."""
        intents = self.catalog.intents
        with request.stage("policy"):
            verdicts = [(self._judge(each, intents[each.intent], request), each) for each in commands]
        all_ = tuple(verdict for verdict, _ in verdicts)
        found = strictest(all_)
        return found, next((each for verdict, each in verdicts if verdict == found), None), all_

    def _judge(self, command: Command, intent: Intent, request: Request, stage: str = "before acting") -> Verdict:
        gated = self.gated()

        def ask(asked: Command, _vehicle: VehicleInterface) -> Verdict:
            return self._hooks.check_policy(asked, gated)

        return self.judge.command(command, intent, self.vehicle, self._around(request), ask, stage)

    def _judge_writes(
        self, targets: Sequence[Target], request: Request, about: tuple[Command, Intent] | None
    ) -> Verdict:
        """Return the verdict on all writes together, so that nothing is half done before the first is forbidden."""
        wanted = [(target.spec.path, target.computed.value) for target in targets]
        with request.stage("policy"):
            return self.judge.writes(wanted, self.vehicle, self._around(request), about)

    def _around(self, request: Request) -> Circumstances:
        return self.judge.around(request.speaker, request.damaged)

    def _is_late(self, request: Request) -> bool:
        deadline_ms = self._times.command_deadline_ms if request.deadline_ms is None else request.deadline_ms
        if request.policy_ms is not None and request.ms["policy"] > request.policy_ms:
            return True
        return (time.perf_counter() - request.begun_s) * 1000 > deadline_ms

    def _act(self, command: Command, intent: Intent, planned: Plan, verdict: Verdict, car: VehicleInterface) -> _Done:
        if planned.case.action is not None:
            return self._act_by_plugin(planned.case, command, intent, verdict, car)
        carried = carry_out(planned.targets, car, self._times)
        if isinstance(carried.error, ForbiddenWriteError):
            return _forbidden(carried.error, carried.changes)
        facts = Facts(
            self.vehicle.signals(),
            UnitSettings.of(self.vehicle, self._units),
            carried.changes,
            unit=next((target.computed.unit for target in planned.targets if target.computed.unit), ""),
            stopped_at=next((each.computed.stopped_at for each in planned.targets if each.computed.stopped_at), ""),
        )
        if isinstance(carried.error, VehicleTimeoutError):
            reply = f"The car did not take it in time: I could not {intent.title}."
            return _Done("late", reply, verdict, carried.changes)
        if isinstance(carried.error, WriteUnknownError):
            return _Done("unconfirmed", say_unconfirmed(intent, facts), verdict, carried.changes)
        if carried.error is not None:
            reply = f"I could not {intent.title}: {_clause(carried.error)}."
            return _Done("failed", reply, verdict, carried.changes)
        if not all(change.confirmed for change in carried.changes):
            return _Done("unconfirmed", say_unconfirmed(intent, facts), verdict, carried.changes)
        facts = dataclasses.replace(facts, readings=read_signals(planned.reads, self.vehicle))
        reply = say_done(planned.case.reply or intent.reply or "Done.", command, intent, facts)
        status: Status = "answered" if facts.readings and not facts.changes else "done"
        return _Done(status, reply, verdict, facts.changes, facts.readings)

    def _act_by_plugin(
        self, case: Case, command: Command, intent: Intent, verdict: Verdict, car: VehicleInterface
    ) -> _Done:
        if self._run_action is None or case.action is None:
            raise VehicleError(f"no plugin brings the action {case.action!r}")
        result = self._run_action(case.action, command, intent, car)
        facts = Facts(
            self.vehicle.signals(), UnitSettings.of(self.vehicle, self._units), result.changes, result.readings
        )
        if not all(change.confirmed for change in result.changes):
            return _Done("unconfirmed", say_unconfirmed(intent, facts), verdict, result.changes, result.readings)
        reply = result.reply
        if reply is None:
            reply = say_done(case.reply or intent.reply or "Done.", command, intent, facts)
        return _Done("done" if result.changes else "answered", reply, verdict, result.changes, result.readings)


def _forbidden(error: ForbiddenWriteError, changes: tuple[SignalChange, ...] = ()) -> _Done:
    """Return the outcome of a write that policy stopped when it was made; what was written before stays told."""
    status: Status = "confirm" if error.verdict.decision == "confirm" else "refused"
    return _Done(status, error.verdict.reason, error.verdict, changes)


def _clause(error: CabinError) -> str:
    """Return what went wrong as the end of a sentence."""
    return error.problems[0].what.rstrip(".") if error.problems else "the car gave an error"
