"""Runs cases: each in a car of its own and a conversation of its own, in the car's time. One stage a process."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.chain import Talk
from cabin.executor import Request
from cabin.scenarios.checks import check_step
from cabin.scenarios.result import CaseResult, Failure, StepResult
from cabin.scenarios.schema import Scenario
from cabin.scenarios.sound import Speaking, read_wav
from cabin.scenarios.witness import Witness
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.cli.app import App
    from cabin.dialog.session import Session
    from cabin.messages import Parse, Samples, SignalValue, Transcript, Turn
    from cabin.scenarios.cases import Case
    from cabin.scenarios.schema import Step

__all__ = ["Scene", "Stage"]

_DEADLINE_MS = 600_000.0
"""A command is never late because the bench machine is busy; what is late is `cabin bench daemon`'s business."""
_SETTLE_S = 30.0
"""Signals that move are given so long to come to rest before they are looked at."""


class Stage:
    """Opens the parts once, and plays cases on them."""

    def __init__(
        self, app: App, model: Path | None = None, catalogs: tuple[Path, ...] = (), sounds: Path | None = None
    ) -> None:
        """`sounds`: the folder where what is said aloud is kept. Raises CabinError for what cannot be opened."""
        from cabin.assembly import open_catalog, open_hearing, open_parser
        from cabin.vehicle.policy_file import load_policy

        load_policy(app.config_file("policy.yaml"))  # what is wrong there is told now, and not by every case
        self._app, self._catalogs, self._sounds = app, catalogs, sounds
        catalog = open_catalog(app.plugins, catalogs)
        self._parser = open_parser(app.plugins, app.config, catalog, model, app.model_dir)
        self._hearing = open_hearing(app.plugins, app.config, app.model_dir, catalogs)
        self._speaking = Speaking(app.plugins)

    def play(self, case: Case) -> CaseResult:
        """Run a case to its end. Raises CabinError for a scenario that does not fit the car: an unknown signal, say."""
        begun_s, processor_s = time.perf_counter(), time.process_time()
        run = _Run(self, case, *self._open(case.scenario, case.seed))
        try:
            run.play()
            return run.result(
                {
                    "wall_ms": round(1000 * (time.perf_counter() - begun_s), 1),
                    "processor_ms": round(1000 * (time.process_time() - processor_s), 1),
                    "steps": run.times,
                }
            )
        finally:
            run.car.close()

    def aloud(self, words: str, step: Step, case: Case, number: int) -> tuple[Samples, str]:
        """Return what is heard of a step, and the name of the file that it is kept in."""
        assert step.aloud is not None
        samples = self._speaking.speak(words, step.aloud, case.seed + number)
        if self._sounds is None:
            return samples, ""
        from cabin.audio.wav import write_wav

        name = f"{case.name}-{number}.wav".replace("/", "_")
        write_wav(self._sounds / name, samples)
        return samples, name

    def scene(self, car: Mapping[str, SignalValue], *, drive: str = "", seed: int = 0) -> Scene:
        """Return a car and a conversation to talk to by hand. Raises CabinError for what the car does not have."""
        return Scene(*self._open(Scenario("by hand", (), car=car, drive=drive), seed))

    def _open(self, scenario: Scenario, seed: int) -> tuple[Chain, Witness, Session]:
        from cabin.assembly import open_chain
        from cabin.dialog.session import Session

        app = self._app
        section = {
            "initial": dict(scenario.car),
            "seed": seed % 2**31,
            "drive": scenario.drive,
            "physics": scenario.physics,
            "planned_faults": [dict(each) for each in scenario.faults],
        }
        config = replace(app.vehicle_config, interface="simulated", interfaces={"simulated": section})
        chain = open_chain(
            app.plugins,
            app.config,
            config,
            policy_file=app.config_file("policy.yaml"),
            catalogs=self._catalogs,
            model_dir=app.model_dir,
            parser=self._parser,
        )
        chain.hearing = self._hearing
        car = Witness(chain.vehicle, scenario)
        chain.executor.vehicle = car
        chain.executor.judge.run_on(lambda: car.now_s)
        session = Session(chain.executor.catalog, app.config.dialog, clock=lambda: car.now_s, seed=seed % 2**31)
        return chain, car, session


@dataclass(frozen=True)
class Scene:
    """A car and a conversation."""

    chain: Chain
    car: Witness
    session: Session

    def say(self, words: str, speaker: str = UNKNOWN_SPEAKER) -> Turn:
        """Act on words as if they had been heard."""
        request = Request(begun_s=time.perf_counter(), deadline_ms=_DEADLINE_MS, speaker=speaker)
        return self.chain.act(self.chain.parse(words), request, {}, talk=Talk(self.session))


class _Run:
    """One case under way."""

    def __init__(self, stage: Stage, case: Case, chain: Chain, car: Witness, session: Session) -> None:
        self.car = car
        self.times: list[dict[str, float]] = []
        self._stage, self._case, self._chain, self._session = stage, case, chain, session
        self._draw = random.Random(case.seed)
        self._steps: list[StepResult] = []
        self._failures: list[Failure] = []

    def play(self) -> None:
        """Play every step; what does not hold does not end the case."""
        self.car.check("at the start")
        for number, step in enumerate(self._case.scenario.steps, 1):
            done, turn, ms = self._do(step, number)
            self._steps.append(done)
            self.times.append({name: round(value, 2) for name, value in ms.items()})
            rule = turn.outcomes[0].verdict.rule if turn is not None and turn.outcomes else ""
            self._failures += check_step(number, step.expect, done, self._at_rest, rule, ms.get("processor", 0.0))
            self.car.check(f"after step {number}")
        self._failures += [Failure(0, "must hold", "no such thing", what) for what in self.car.broken]

    def result(self, times: Mapping[str, Any]) -> CaseResult:
        """Return what came of it."""
        case, scenario = self._case, self._case.scenario
        signals = {
            path: tuple((round(at_s, 3), value) for at_s, value in changes)
            for path, changes in sorted(self.car.changes.items())
        }
        return CaseResult(
            case.name,
            case.file.name,
            scenario.about,
            scenario.tags,
            case.seed,
            case.file.digest,
            tuple(self._steps),
            tuple(self._failures),
            signals,
            round(self.car.now_s, 3),
            times,
        )

    def _do(self, step: Step, number: int) -> tuple[StepResult, Turn | None, dict[str, float]]:
        at_s = round(self.car.now_s, 3)
        if step.is_spoken:
            return self._speak(step, number, at_s)
        return StepResult(at_s, self._happen(step)), None, {}

    def _happen(self, step: Step) -> str:
        """Have something happen that nobody says; return it in words."""
        car = self.car.car
        if step.wait_s:
            car.advance(step.wait_s * 1000)
            return f"{step.wait_s:g} s pass"
        if step.driver is not None:
            who = step.driver
            self._chain.executor.driver.report("scenario", who.condition, who.strictness, for_s=who.for_s)
            return f"the driver is {who.condition} ({who.strictness})"
        for path, value in step.set.items():
            car.place(path, value)
        return ", ".join(f"{path} = {value}" for path, value in step.set.items())

    def _speak(self, step: Step, number: int, at_s: float) -> tuple[StepResult, Turn, dict[str, float]]:
        words = step.say or (self._draw.choice(step.any_of) if step.any_of else step.hear)
        written = len(self.car.writes)
        processor_s = time.process_time()
        parse, transcript, sound = self._understand(words, step, number)
        request = Request(begun_s=time.perf_counter(), deadline_ms=_DEADLINE_MS, speaker=step.speaker)
        turn = self._chain.act(parse, request, {}, transcript, talk=Talk(self._session))
        ms = {**turn.ms, "processor": 1000 * (time.process_time() - processor_s)}
        outcomes = tuple(
            {
                "intent": outcome.command.intent,
                "slots": dict(outcome.command.slots),
                "status": outcome.status,
                "rule": outcome.verdict.rule,
            }
            for outcome in turn.outcomes
        )
        question = self._session.question
        done = StepResult(
            at_s,
            f"“{words}”" + (f" ({step.speaker})" if step.speaker != "unknown" else ""),
            transcript.text if transcript is not None else None,
            tuple(command.intent for command in (turn.resolved or parse.commands)),
            parse.refused,
            outcomes,
            turn.reply,
            question.text if question is not None else "",
            tuple((round(when_s, 3), path, value) for when_s, path, value in self.car.writes[written:]),
            sound,
        )
        return done, turn, ms

    def _understand(self, words: str, step: Step, number: int) -> tuple[Parse, Transcript | None, str]:
        from cabin.bench.noise.listening import listen
        from cabin.messages import Parse, Transcript

        if step.aloud is None and not step.hear:
            return self._chain.parse(words), None, ""
        sound = ""
        if step.hear:
            samples = read_wav(self._case.file.path.parent / step.hear)
        else:
            samples, sound = self._stage.aloud(words, step, self._case, number)
        heard = listen(self._chain, samples, words).heard
        if not heard:
            return Parse("", refused="chatter"), Transcript((), "nothing"), sound
        longest = max(heard, key=lambda each: len(each.transcript.text))
        return longest.parse, longest.transcript, sound

    def _at_rest(self, path: str) -> SignalValue | None:
        """Return a signal once it has stopped moving."""
        value = self.car.read(path).value
        for _ in range(round(_SETTLE_S)):
            self.car.car.advance(1000.0)
            before, value = value, self.car.read(path).value
            if value == before:
                break
        return value
