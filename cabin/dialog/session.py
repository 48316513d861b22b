"""A driver's conversation: what it remembers, for how long, and who is told. conversation.py makes use of it."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cabin.dialog.answers import AnswerReader
from cabin.dialog.config import DialogConfig
from cabin.dialog.ellipsis import Ellipsis
from cabin.dialog.events import Asked, DialogEvent, DialogObserver, Dropped, Expired
from cabin.dialog.helping import Examples
from cabin.dialog.state import Done, Question, QuestionKind, State
from cabin.dialog.unfinished import UnfinishedTable
from cabin.messages import Outcome

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog

__all__ = ["Session"]

logger = logging.getLogger(__name__)

_KEPT = 16
"""Commands remembered at most; a driver refers to no earlier ones, and memory must not grow."""

_COUNTS = ("done", "answered", "unconfirmed")
"""Statuses after which "it" can mean the command."""


class Session:
    """One conversation. Not thread-safe: the thread that owns the chain owns it too."""

    def __init__(
        self,
        catalog: Catalog,
        config: DialogConfig | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        seed: int = 0,
        observers: Iterable[DialogObserver] = (),
    ) -> None:
        """`clock` gives seconds and never goes back; `seed` decides the order of the examples that help gives."""
        self.catalog = catalog
        self.config = config or DialogConfig()
        self.ellipsis = Ellipsis(catalog)
        self.unfinished = UnfinishedTable(catalog, self.ellipsis.positions)
        self.answers = AnswerReader(catalog, self.ellipsis)
        self.examples = Examples(catalog, seed)
        self.state = State()
        self._clock = clock
        self._observers = list(observers)

    def load(self) -> None:
        """Build the tables of sentences now, so that the first short sentence is as fast as the others."""
        self.ellipsis.load()
        self.unfinished.load()

    def observe(self, observer: DialogObserver) -> Callable[[], None]:
        """Tell `observer` of every event from now on; the function returned ends that."""
        self._observers.append(observer)

        def end() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return end

    def now_s(self) -> float:
        """Return the time on the session's clock."""
        return self._clock()

    def emit(self, event: DialogEvent) -> None:
        """Tell all observers. One that raises is logged: a screen must not stop the car from being spoken to."""
        for observer in tuple(self._observers):
            try:
                observer(event)
            except Exception:
                logger.exception("an observer of the dialog failed")

    @property
    def question(self) -> Question | None:
        """The question that waits for its answer, unless its time is over."""
        self.expire()
        return self.state.question

    @property
    def done(self) -> tuple[Done, ...]:
        """What short sentences can refer to now, the latest last."""
        self.expire()
        return self.state.done

    def expire(self) -> None:
        """Forget what is too old, with an event for each; called before anything is looked up."""
        now_s, state, config = self.now_s(), self.state, self.config
        question = state.question
        if question is not None and now_s - question.asked_s >= config.question_s:
            self._replace(question=None)
            self.emit(Expired(now_s, "question", question.number))
        if state.done and now_s - state.done[-1].at_s >= config.context_s:
            self._replace(done=())
            self.emit(Expired(now_s, "context"))
        elif state.done:
            self._replace(done=tuple(each for each in state.done if now_s - each.at_s < config.context_s))
        kept = tuple(entry for entry in state.undo if now_s - entry[-1].at_s < config.undo_s)
        if len(kept) < len(state.undo):
            self._replace(undo=kept)
            if not kept:
                self.emit(Expired(now_s, "undo"))

    def ask(self, kind: QuestionKind, text: str, **fields: Any) -> Question:
        """Put the one question; one that is open already is dropped. `fields` are those of Question."""
        self.drop("changed")
        now_s, number = self.now_s(), self.state.questions + 1
        question = Question(number, kind, text, asked_s=now_s, **fields)
        self._replace(question=question, questions=number)
        self.emit(Asked(now_s, number, kind, text, question.choices, now_s + self.config.question_s))
        return question

    def take_question(self) -> None:
        """Take the question away because it is answered: nothing can answer it twice."""
        self._replace(question=None)

    def drop(self, why: Literal["another command", "cancelled", "changed"]) -> None:
        """Take the question away without an answer."""
        question = self.state.question
        if question is not None:
            self._replace(question=None)
            self.emit(Dropped(self.now_s(), question.number, why))

    def remember(self, outcomes: Sequence[Outcome], reply: str, *, undone: bool = False) -> None:
        """Keep what was done for short sentences and for undo, and what was said for repeating.

        `undone`: the latest entry of undo was put back, and is taken off; putting back is not itself put back.
        """
        now_s, state = self.now_s(), self.state
        turn = state.turns + 1
        done = tuple(
            Done(outcome.command, outcome.changes, now_s, turn)
            for outcome in outcomes
            if outcome.status in _COUNTS and outcome.command.intent.partition(".")[0] != "assistant"
        )
        undo = state.undo[:-1] if undone else state.undo
        if any(each.changes or not self._only_reads(each) for each in done) and not (undone and not done):
            undo = (*undo, tuple(each for each in done if not self._only_reads(each)))
        self._replace(
            done=(*state.done, *done)[-_KEPT:],
            undo=undo[-_KEPT:],
            reply=reply or state.reply,
            turns=turn,
        )

    def count_help(self) -> int:
        """Return how often help was asked for before, and count this time."""
        before = self.state.helps
        self._replace(helps=before + 1)
        return before

    def _only_reads(self, done: Done) -> bool:
        intent = self.catalog.intents.get(done.command.intent)
        return not done.changes and (intent is None or intent.only_reads or intent.action == "get")

    def _replace(self, **fields: Any) -> None:
        self.state = dataclasses.replace(self.state, **fields)
