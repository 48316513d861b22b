"""What becomes of an utterance or a text: from the worker's letters to the acting thread. All on the event loop.

One is acted on at a time. Of what is spoken, one may wait, and a newer one takes its place: late commands are dropped,
never queued.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.chain import Chain, Talk
from cabin.control.turns import TurnData, turn_data
from cabin.daemon.acting import Actor
from cabin.daemon.flights import LONGEST_GAP_S, Flight, Flights, late_stage
from cabin.daemon.letters import (
    Failed,
    Letter,
    Parsed,
    SpeechBegan,
    SpeechEnded,
    Superseded,
    Tested,
    Unaddressed,
    Understood,
    Woken,
)
from cabin.errors import BudgetError, CabinError, Problem
from cabin.executor import Request
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER

if TYPE_CHECKING:
    from cabin.budget.settings import DeadlineSettings
    from cabin.daemon.link import Busy, WorkerLink
    from cabin.daemon.meters import Meters
    from cabin.daemon.remote import Desk
    from cabin.daemon.telling import Telling
    from cabin.daemon.timed_car import TimedCar
    from cabin.dialog.session import Session
    from cabin.messages import Turn

__all__ = ["Conductor", "Parts"]

logger = logging.getLogger(__name__)

NOT_DONE = "Sorry, I lost that. Nothing was done; please say it again."
TORN = "I did not hear all of that. Please say it again."
TOO_LATE = "That took too long, so I left it. Please say it again."

MOST_TEXTS = 4
"""Texts that may wait."""


@dataclass(frozen=True)
class Parts:
    """What utterances are acted on with; a reload replaces all of it."""

    chain: Chain
    session: Session
    car: TimedCar


@dataclass
class _Button:
    """Somebody pushes to talk."""

    pressed_s: float
    turn: asyncio.Future[TurnData]
    speech_began: bool = False


class Conductor:
    """Owns what is on its way."""

    def __init__(self, deadlines: DeadlineSettings, telling: Telling, meters: Meters, desk: Desk) -> None:
        self.deadlines = deadlines
        """Of the budget: what is later than these is dropped, and the driver is told."""
        self.parts: Parts | None = None
        self.actor = Actor()
        self.flights = Flights()
        self.quiet_since_s = time.monotonic()
        """When somebody was last heard or a text came."""
        self.in_speech = False
        self.observe: Callable[[Turn], None] = lambda _turn: None
        """Told of every turn, for budgets."""
        self.observe_late: Callable[[], None] = lambda: None
        self.heed: Callable[[Flight, Understood], str] = lambda _flight, _understood: ""
        """Asked why an utterance counts for nothing; empty: it counts."""
        self.keep: Callable[[Flight, Turn], None] = lambda _flight, _turn: None
        """Given each utterance that was acted on, for recordings."""
        self._telling, self._meters, self._desk = telling, meters, desk
        self._button: _Button | None = None
        self._acting: asyncio.Task[None] | None = None
        self._expiring: asyncio.Task[None] | None = None
        self._waiting: tuple[Flight, Understood] | None = None
        self._texts = 0
        self._cancelled = 0
        """Counts cancellations: what was asked before one is not begun after it."""
        self._is_ending = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not (self.in_speech or len(self.flights) or self._waiting or self._texts or self._is_acting)

    @property
    def is_pushed(self) -> bool:
        """Whether somebody pushes to talk."""
        return self._button is not None

    # From the worker

    def hear(self, link: WorkerLink, letter: Letter) -> None:
        """Take a letter of the present worker."""
        if isinstance(letter, SpeechBegan):
            self._note_speech(letter)
        elif isinstance(letter, SpeechEnded):
            self._end_speech(link, letter)
        elif isinstance(letter, Understood):
            self._take_result(link, letter)
        elif isinstance(letter, Woken | Unaddressed):
            self._note_wake(link, letter)
        elif isinstance(letter, Superseded):
            flight = self.flights.take(link.generation, letter.utterance)
            if flight is not None:
                self._give_up(flight, "a newer one came", "")
        elif isinstance(letter, Failed) and letter.utterance:
            flight = self.flights.take(link.generation, letter.utterance)
            self._telling.fault(f"the worker failed over an utterance ({letter.what})")
            if flight is not None:
                self._give_up(flight, "the worker failed over it", NOT_DONE)
        elif isinstance(letter, Failed) and not letter.request:
            self._telling.fault(f"the worker failed over a guess ({letter.what})")
        elif isinstance(letter, Parsed | Tested | Failed):
            self._desk.take(letter)

    def lose(self, link: WorkerLink) -> None:
        """Give up what a worker was at that is gone."""
        self._desk.lose(link.generation)
        was_speaking, self.in_speech = self.in_speech, False
        flights = self.flights.lose(link.generation)
        for flight in flights:
            self._give_up(flight, "the worker died over it", "")
        if flights or was_speaking:
            self._telling.reply(NOT_DONE, "fault")
        if was_speaking and not flights:
            self._telling.dropped("the worker died while somebody spoke")

    def look_after(self, now_s: float, busy: Busy | None = None) -> None:
        """Give up what is too late, and a question that nobody answered. Called every half second.

        `busy` is what the worker is at: an utterance past the deadline of that stage is dropped there.
        """
        for flight in self.flights.overdue(now_s):
            self._drop_late(flight, "total")
        if busy is not None:
            limit_s = self._limit_s(busy.stage)
            for flight in self.flights.behind(busy.stage, busy.utterance, busy.since_s, limit_s, now_s):
                self._drop_late(flight, busy.stage)
        session = self.parts.session if self.parts is not None else None
        remembers = session is not None and (session.state.question or session.state.done or session.state.undo)
        is_free = self.actor.busy_since_s is None and (self._expiring is None or self._expiring.done())
        if session is not None and remembers and is_free:
            self._expiring = asyncio.get_running_loop().create_task(self.actor.do(session.expire))

    def _take_result(self, link: WorkerLink, letter: Understood) -> None:
        flight = self.flights.take(link.generation, letter.utterance)
        if flight is None:
            self._telling.dropped("its result came too late", utterance=letter.utterance)
            return
        if why := self.heed(flight, letter):
            self._telling.dropped(why, utterance=letter.utterance)
            return
        if stage := late_stage(flight, letter.ms, self.deadlines, time.monotonic()):
            self._drop_late(flight, stage)
        elif flight.lost_s > LONGEST_GAP_S:
            self._give_up(flight, "sound was lost in it", TORN if letter.parse.commands else "")
        else:
            self._act_next(flight, letter)

    def _note_wake(self, link: WorkerLink, letter: Woken | Unaddressed) -> None:
        """Take what the wake gate said; an utterance with nothing for the car in it ends here."""
        self._meters.count("woken" if isinstance(letter, Woken) else "unaddressed")
        if isinstance(letter, Woken):
            self._telling.tell("woken", {"alone": letter.alone, "likeness": round(letter.likeness, 2)})
            if not letter.alone:
                return
        self.flights.take(link.generation, letter.utterance)

    def _limit_s(self, stage: str) -> float:
        limit_ms = self.deadlines.of(stage)
        return math.inf if limit_ms is None else limit_ms / 1000

    def _drop_late(self, flight: Flight, stage: str) -> None:
        self._meters.overrun(stage)
        self._give_up(flight, f"late: {stage} took too long" if stage != "total" else "too late", TOO_LATE)

    def _note_speech(self, letter: SpeechBegan) -> None:
        self.in_speech = True
        self.quiet_since_s = time.monotonic()
        self._telling.tell("speech", {"state": "began"})
        if self._button is not None and letter.begun_s >= self._button.pressed_s - 1.0:
            self._button.speech_began = True

    def _end_speech(self, link: WorkerLink, letter: SpeechEnded) -> None:
        self.in_speech = False
        self.quiet_since_s = time.monotonic()
        self._telling.tell("speech", {"state": "ended" if letter.utterance else "discarded"})
        if letter.utterance and not self._is_ending:
            due_s = letter.ended_s + self.deadlines.utterance_ms / 1000
            times = (letter.begun_s, letter.ended_s, due_s)
            heard = (letter.damaged, letter.said_s, letter.lost_s)
            self.flights.begin(Flight(link.generation, letter.utterance, *times, *heard))

    def _give_up(self, flight: Flight, why: str, reply: str) -> None:
        self.observe_late()
        self._telling.dropped(why, utterance=flight.utterance, generation=flight.generation)
        self._telling.reply(reply, "fault")
        if self._button is not None and self._button.speech_began:
            self._release(BudgetError(Problem(why, hint="Say it again.")))

    # Acting

    @property
    def _is_acting(self) -> bool:
        return self._acting is not None and not self._acting.done()

    def _act_next(self, flight: Flight, understood: Understood) -> None:
        """Act on an utterance now, or have it wait for the one that is acted on, in place of an older one."""
        if self._is_acting:
            older, self._waiting = self._waiting, (flight, understood)
            if older is not None:
                self._give_up(older[0], "a newer one came", "")
            return
        self._acting = asyncio.get_running_loop().create_task(self._act_all(flight, understood))

    async def _act_all(self, flight: Flight, understood: Understood) -> None:
        while True:
            await self._act(flight, understood)
            waiting, self._waiting = self._waiting, None
            if waiting is None or self._is_ending:
                return
            flight, understood = waiting

    async def _act(self, flight: Flight, understood: Understood) -> None:
        parts = self.parts
        assert parts is not None
        begun_s = time.perf_counter() - (time.monotonic() - flight.ended_s)

        def act() -> Turn | None:
            if time.monotonic() > flight.due_s:
                return None
            request = self._request(begun_s, damaged=flight.damaged)
            parts.car.written_s = None
            talk = Talk(parts.session, flight.begun_s)
            turn = parts.chain.act(understood.parse, request, dict(understood.ms), understood.transcript, talk=talk)
            return _timed(turn, parts.car, flight.ended_s, flight.said_s)

        try:
            turn = await self.actor.do(act)
        except Exception as error:
            logger.exception("acting failed")
            self._telling.fault(f"acting failed ({type(error).__name__})", utterance=flight.utterance)
            self._give_up(flight, "acting failed", NOT_DONE)
            return
        if turn is None:
            self._give_up(flight, "too late", TOO_LATE)
            return
        self._finish(turn)
        self.keep(flight, turn)
        if self._button is not None:
            self._release(turn_data(turn))

    def _request(self, begun_s: float, *, damaged: bool = False, yes: bool = False) -> Request:
        """Return how commands are to be carried out: the budget's deadlines hold, not those of vehicle.yaml."""
        limits, confirm = self.deadlines, (lambda _command, _verdict: True) if yes else None
        return Request(confirm, damaged, begun_s, deadline_ms=limits.utterance_ms, policy_ms=limits.policy_ms)

    def _finish(self, turn: Turn) -> None:
        if any(outcome.status == "late" for outcome in turn.outcomes):
            self.observe_late()
            self._telling.dropped("late: it could not be acted on in time")
        else:
            self.observe(turn)
        self._meters.measure(turn.ms)
        times = {stage: round(value, 1) for stage, value in turn.ms.items()}
        self._telling.tell("turn", {"ms": times, "statuses": [each.status for each in turn.outcomes]})
        self._telling.reply(turn.reply)

    # From the control socket

    async def say(self, text: str, yes: bool, speaker: str = UNKNOWN_SPEAKER) -> TurnData:
        """Act on a text from somebody's seat. Raises BudgetError when too much waits, or the worker is not there."""
        if self.parts is None or self._is_ending:
            raise BudgetError(Problem("the daemon is not ready", hint="`cabin status` tells when it is."))
        if self._texts >= MOST_TEXTS:
            self._telling.dropped("too much at once")
            raise BudgetError(Problem("too much waits already", hint="Say it again in a moment."))
        parts, asked_s, cancelled = self.parts, time.monotonic(), self._cancelled
        self.quiet_since_s = asked_s

        def act() -> Turn:
            if self._cancelled != cancelled:
                raise BudgetError(Problem("cancelled before it was begun"))
            if time.monotonic() - asked_s > self.deadlines.utterance_ms / 1000:
                raise BudgetError(Problem("it waited too long and was dropped", hint="Say it again."))
            parts.car.written_s = None
            begun_s = time.perf_counter()
            parse = parts.chain.parse(text)
            ms = {"parse": (time.perf_counter() - begun_s) * 1000}
            request = self._request(begun_s - (time.monotonic() - asked_s), yes=yes)
            request.speaker = speaker
            turn = parts.chain.act(parse, request, ms, talk=Talk(parts.session))
            return _timed(turn, parts.car, asked_s)

        self._texts += 1
        try:
            turn = await self.actor.do(act)
        except CabinError as error:
            self._telling.dropped(error.problems[0].what if error.problems else "it failed")
            raise
        finally:
            self._texts -= 1
        self._finish(turn)
        return turn_data(turn)

    async def talk(self, seconds: float) -> TurnData:
        """Return what became of the next thing said; nothing when nobody begins to speak in time."""
        if self._button is not None:
            raise BudgetError(Problem("somebody else pushes to talk already"))
        button = self._button = _Button(time.monotonic(), asyncio.get_running_loop().create_future())
        try:
            try:
                return await asyncio.wait_for(asyncio.shield(button.turn), seconds)
            except TimeoutError:
                if not button.speech_began:
                    return TurnData(heard=False)
            return await button.turn
        finally:
            if self._button is button:
                self._button = None

    def _release(self, came: TurnData | BudgetError) -> None:
        button, self._button = self._button, None
        if button is not None and not button.turn.done():
            if isinstance(came, BudgetError):
                button.turn.set_exception(came)
            else:
                button.turn.set_result(came)

    async def cancel(self) -> int:
        """Drop what is on its way and the open question; return how many things. What is begun is carried through."""
        dropped = self.flights.lose()
        count = len(dropped) + self._texts + (self._waiting is not None) + (self._button is not None)
        self._waiting = None
        self._cancelled += 1
        self._release(BudgetError(Problem("cancelled")))
        parts = self.parts
        if parts is not None and self.actor.busy_since_s is None:

            def forget() -> int:
                had_question = parts.session.question is not None
                parts.session.drop("cancelled")
                return int(had_question)

            count += await self.actor.do(forget)
        if count:
            self._telling.dropped("cancelled", count=count)
        return count

    async def end(self, patience_s: float) -> bool:
        """Begin nothing more and let what is acted on come to its end; return whether it did."""
        self._is_ending = True
        for flight in self.flights.lose():
            self._give_up(flight, "the daemon is stopping", "")
        self._release(BudgetError(Problem("the daemon is stopping")))
        is_done = await self.actor.end(patience_s)
        if not is_done:
            self._telling.fault("a command was still being acted on when the daemon ended; its result is unknown")
        elif self._acting is not None:
            await asyncio.wait({self._acting}, timeout=0.2)
        return is_done


def _timed(turn: Turn, car: TimedCar, ended_s: float, said_s: float | None = None) -> Turn:
    """Return the turn with the times from endpoint and last sound to the first signal written, if one was."""
    if car.written_s is None:
        return turn
    ms = {**turn.ms, "to_signal": (car.written_s - ended_s) * 1000}
    if said_s is not None:
        ms["speech_to_signal"] = (car.written_s - said_s) * 1000
    return dataclasses.replace(turn, ms=ms)
