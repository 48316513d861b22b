"""What a session makes of an utterance: an answer, a short sentence, something said to the dialog itself, or a command.

In this order: the open question is answered; a sentence that refers to what was done; undo, repeat, help, cancel; a
request that broke off; what the parser understood. Whatever is to be done goes through the executor, and so through
policy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cabin.dialog.ellipsis import Resolution, Said
from cabin.dialog.events import Finished, Heard, Understood
from cabin.dialog.helping import help_with_question
from cabin.dialog.questions import choices_of, offer, slot_text, title_of
from cabin.dialog.reply import REFUSALS, join_replies
from cabin.dialog.rules import ACTS, Act
from cabin.dialog.state import Done, Question
from cabin.dialog.undo import UNDO, NothingToUndo, plan_undo, undo
from cabin.messages import Command, Outcome, Parse, Refusal, SlotValue, Verdict
from cabin.slm.text import normalize

if TYPE_CHECKING:
    from cabin.dialog.session import Session
    from cabin.executor import Confirm, Executor, Request

__all__ = ["Conversation", "Exchange"]

_ASSISTANT = "assistant"
_CHANGES_QUESTION = ("place", "other", "value", "end")
"""Short sentences that may change what is being asked about: "Shall I set it to 120?" - "make it 110"."""


@dataclass(frozen=True)
class Exchange:
    """What came of one utterance."""

    outcomes: tuple[Outcome, ...] = ()
    reply: str = ""
    resolved: tuple[Command, ...] = ()
    """What a short sentence or an answer became; empty for a full sentence."""


class Conversation:
    """One utterance in a session."""

    def __init__(self, session: Session, executor: Executor, parse: Callable[[str], Parse], request: Request) -> None:
        self._session = session
        self._executor = executor
        self._parse = parse
        self._request = request

    def take(self, parse: Parse, said_s: float | None = None) -> Exchange:
        """Return what came of an utterance. `said_s`: when it began, on the session's clock; None: just now.

        What was begun before a question was asked is no answer to it.
        """
        session = self._session
        session.expire()
        session.emit(Heard(session.now_s(), parse.text))
        question = session.question
        if question is not None and said_s is not None and said_s < question.asked_s:
            question = None
        has_past = bool(session.done) or question is not None
        said = session.ellipsis.read(parse.text) if has_past or parse.refused not in (None, "chatter") else None
        act = _act(parse, said)
        if question is not None:
            answered = self._answer(question, parse, said, act)
            if answered is not None:
                return answered
        if said is not None and said.act is None and parse.refused != "chatter" and _may_refer(said, act):
            found = self._refer(said, parse)
            if found is not None:
                return found
        if act is not None:
            return self._dialog_act(act)
        if parse.refused == "unclear":
            begun = session.unfinished.find(parse.text)
            if begun is not None:
                return self._ask_for_slot(begun.command, begun.slot.name, begun.sentence)
        return self._full(parse, question)

    # The open question

    def _answer(self, question: Question, parse: Parse, said: Said | None, act: Act | None) -> Exchange | None:
        session = self._session
        if act == "repeat":
            self._understood("dialog", act=act)
            return self._said(question.text)
        if act == "help":
            self._understood("dialog", act=act)
            return self._said(help_with_question(question))
        if act == "cancel" or (act == "no" and question.kind != "confirm"):
            self._understood("dialog", act=act)
            session.drop("cancelled")
            return self._said("Okay, never mind.")
        if question.kind == "confirm" and act in ("yes", "no"):
            corrected = self._changed(question, said) if said is not None and said.corrects else None
            return corrected or self._confirmed(question, act)
        filled = self._filled(question, parse) if question.kind != "confirm" else ()
        if filled:
            session.take_question()
            return self._run(filled, by="answer", waiting=question.waiting)
        return self._changed(question, said)

    def _changed(self, question: Question, said: Said | None) -> Exchange | None:
        """Return what came of "make it 110" while it is asked whether to do 120."""
        session = self._session
        if said is None or said.rule.do not in _CHANGES_QUESTION or question.undo:
            return None
        base = tuple(Done(command, (), session.now_s(), -1) for command in question.commands)
        changed = session.ellipsis.resolve(said, base)
        if not changed.commands or changed.is_choice:
            return None
        session.drop("changed")
        return self._run(changed.commands, by="context", waiting=question.waiting)

    def _confirmed(self, question: Question, act: Act) -> Exchange:
        self._session.take_question()
        if act == "no":
            self._understood("dialog", act=act)
            okay = (
                "Okay." if question.undo else f"Okay, I won't {title_of(self._session.catalog, question.commands[0])}."
            )
            return (
                self._run(question.waiting, by="answer", prefix=okay, told=True)
                if question.waiting
                else self._said(okay)
            )

        def is_what_was_asked(_command: Command, verdict: Verdict) -> bool:
            return (verdict.rule, verdict.reason) == question.reason

        if question.undo:
            self._understood("answer", (Command(UNDO, by="dialog"),))
            return self._undo(question.undo, is_what_was_asked)
        return self._run(question.commands, by="answer", confirm=is_what_was_asked, waiting=question.waiting)

    def _filled(self, question: Question, parse: Parse) -> tuple[Command, ...]:
        """Return the commands of the question with its answer put in; empty when the text is no answer."""
        session, text = self._session, parse.text
        if question.kind == "which":
            return tuple(question.commands[index] for index in session.answers.which(text, question.choices))
        if not question.slot:
            if parse.refused in (None, "chatter"):
                return ()
            answer = " ".join(word for word in normalize(text).split() if word != "the")
            completed = self._parse(question.sentence.replace("{answer}", answer))
            return completed.commands if completed.refused is None else ()
        command = question.commands[0]
        intent = session.catalog.intents[command.intent]
        slot = intent.slots[question.slot]
        is_open = slot.kind == "open"
        slots = self._open_answer(question, parse) if is_open else session.answers.slot(text, intent, slot)
        if slots is None:
            return ()
        return (dataclasses.replace(command, slots={**command.slots, **slots}, by="dialog"),)

    def _open_answer(self, question: Question, parse: Parse) -> dict[str, SlotValue] | None:
        """Return the slots of an answer that may be any words: as the parser reads the completed sentence."""
        name = question.commands[0].intent
        if parse.commands and parse.commands[0].intent != name:
            return None
        text = parse.text.strip().lower().rstrip(".!?")
        sentences = [question.sentence.replace("{answer}", text)] if question.sentence else []
        for read in (parse, *map(self._parse, sentences)):
            if len(read.commands) == 1 and read.commands[0].intent == name and question.slot in read.commands[0].slots:
                return dict(read.commands[0].slots)
        return None if parse.refused == "chatter" else {question.slot: text}

    # What refers to something done

    def _refer(self, said: Said, parse: Parse) -> Exchange | None:
        """Return what a short sentence came to; None leaves the text to the parser."""
        session = self._session
        found = session.ellipsis.resolve(said, session.done)
        if found.is_choice:
            choices = choices_of(session.catalog, found.commands)
            self._understood("context", found.commands)
            session.drop("another command")
            text = f"Which one? {_either(choices)}?"
            session.ask("which", text, commands=found.commands, choices=choices)
            return self._said(text, found.commands)
        if found.commands:
            before = self._correct(found)
            return self._run(found.commands, by="context", before=before)
        if parse.refused is None or not said.rule.ask:
            return None
        self._understood("context", refused="unclear")
        session.drop("another command")
        if said.rule.with_device:
            session.ask("slot", said.rule.ask, commands=(), sentence=said.rule.with_device, soft=True)
        return self._said(said.rule.ask)

    def _correct(self, found: Resolution) -> tuple[Outcome, ...]:
        """Put back what was done last, when it is being corrected; what cannot be put back stays."""
        session = self._session
        state = session.state
        if not found.undo_first or not state.undo or state.undo[-1][-1].turn != state.done[-1].turn:
            return ()
        try:
            entry = state.undo[-1]
            rules = session.ellipsis.rules
            planned = plan_undo(entry, self._executor, session.ellipsis.carrier, rules)
        except NothingToUndo:
            return ()
        outcomes = undo(planned, self._executor, self._request, entry[-1].command)
        return tuple(outcome for outcome in outcomes if outcome.status == "done")

    # What is said to the dialog itself

    def _dialog_act(self, act: Act) -> Exchange:
        session = self._session
        self._understood("dialog", act=act)
        if act == "undo":
            entry = session.state.undo[-1] if session.state.undo else ()
            session.drop("another command")
            return self._undo(entry, self._request.confirm)
        if act == "repeat":
            return self._said(session.state.reply or "There is nothing to repeat yet.")
        if act == "help":
            signals = self._executor.vehicle.signals()
            return self._said(session.examples.say(signals, session.count_help(), bool(session.done)))
        return self._said(
            {
                "yes": "There is nothing to confirm.",
                "no": "There is nothing to decline.",
                "cancel": "Okay, never mind.",
            }[act]
        )

    def _undo(self, entry: tuple[Done, ...], confirm: Confirm | None) -> Exchange:
        session = self._session
        if not entry:
            return self._said("There is nothing to undo.")
        try:
            rules = session.ellipsis.rules
            planned = plan_undo(entry, self._executor, session.ellipsis.carrier, rules)
        except NothingToUndo as nothing:
            session.remember((), str(nothing), undone=True)
            return Exchange(reply=str(nothing))
        request = dataclasses.replace(self._request, confirm=confirm)
        outcomes = undo(planned, self._executor, request, entry[-1].command)
        self._finished(outcomes)
        asked = next((outcome for outcome in outcomes if outcome.status == "confirm"), None)
        reply = join_replies(outcomes)
        if asked is not None and self._request.confirm is None:
            reason = (asked.verdict.rule, asked.verdict.reason)
            session.ask("confirm", asked.reply, commands=(asked.command,), reason=reason, undo=entry)
        is_over = all(outcome.status in ("done", "answered") for outcome in outcomes)
        if is_over or asked is None:
            session.remember((), reply, undone=is_over or outcomes[0].verdict.rule == "changed since")
        return Exchange(outcomes, reply, tuple(outcome.command for outcome in outcomes))

    # Commands

    def _full(self, parse: Parse, question: Question | None) -> Exchange:
        session = self._session
        self._understood("parser", parse.commands, parse.refused)
        if parse.refused is not None:
            reply = REFUSALS[parse.refused]
            if question is not None and not question.soft and parse.refused != "chatter":
                reply = f"{reply} {question.text}"
            return self._said(reply) if reply else Exchange()
        prefix = ""
        if session.state.question is not None:
            prefix = self._leaving(session.state.question, parse.commands)
            session.drop("another command")
        return self._run(parse.commands, by="parser", prefix=prefix, told=True)

    def _leaving(self, question: Question, commands: Sequence[Command]) -> str:
        """Return what is said of a question that another command pushes aside; nothing when it is about the same."""
        devices = {command.intent.partition(".")[0] for command in commands}
        asked = question.commands[0] if question.commands else None
        if question.soft or asked is None or asked.intent.partition(".")[0] in devices:
            return ""
        if question.undo or question.kind == "which":
            return "I leave the other as it is."
        return f"Then I won't {title_of(self._session.catalog, asked)}."

    def _run(
        self,
        commands: Sequence[Command],
        *,
        by: Literal["parser", "context", "answer"],
        confirm: Confirm | None = None,
        waiting: Sequence[Command] = (),
        before: tuple[Outcome, ...] = (),
        prefix: str = "",
        told: bool = False,
    ) -> Exchange:
        """Carry out commands, then those that waited for an answer; put the question that is left."""
        if not told:
            self._understood(by, tuple(commands))
        if by != "parser":
            prefix = prefix or self._aside(commands)
        request = dataclasses.replace(self._request, confirm=confirm or self._request.confirm)
        outcomes = [self._executor.execute(command, request) for command in commands]
        outcomes += [self._executor.execute(command, self._request) for command in waiting]
        self._finished((*before, *outcomes))
        asking = [outcome for outcome in outcomes if outcome.status == "confirm"] if not self._request.confirm else []
        later = asking[1:]
        spoken = [outcome for outcome in outcomes if outcome not in asking]
        reply = " ".join(part for part in (prefix, join_replies((*before, *spoken, *asking[:1]))) if part)
        self._session.remember(outcomes, reply, undone=bool(before))
        if asking:
            self._session.ask(
                "confirm",
                asking[0].reply,
                commands=(asking[0].command,),
                reason=(asking[0].verdict.rule, asking[0].verdict.reason),
                waiting=tuple(outcome.command for outcome in later),
            )
        else:
            self._offer(outcomes)
        shown = tuple(outcome for outcome in (*before, *outcomes))
        return Exchange(shown, reply, tuple(commands) if by != "parser" else ())

    def _aside(self, commands: Sequence[Command]) -> str:
        """Drop a question that a short sentence pushes aside, and say so."""
        question = self._session.state.question
        if question is None:
            return ""
        said = self._leaving(question, commands)
        self._session.drop("another command")
        return said

    def _offer(self, outcomes: Sequence[Outcome]) -> None:
        """Where a refusal says what could be done, wait for it to be said."""
        found = [each for outcome in outcomes if (each := offer(outcome, self._session.catalog)) is not None]
        if len(found) == 1:
            self._session.ask("slot", found[0].text, **found[0].fields)

    def _ask_for_slot(self, command: Command, slot_name: str, sentence: str) -> Exchange:
        session = self._session
        intent = session.catalog.intents[command.intent]
        slot = intent.slots[slot_name]
        self._understood("parser", (command,))
        prefix = self._aside((command,))
        text = slot_text(intent, slot)
        session.ask("slot", text, commands=(command,), slot=slot.name, sentence=sentence, choices=slot.values)
        return self._said(f"{prefix} {text}".strip())

    # Telling

    def _understood(
        self,
        by: Literal["parser", "context", "answer", "dialog"],
        commands: tuple[Command, ...] = (),
        refused: Refusal | None = None,
        act: str = "",
    ) -> None:
        self._session.emit(Understood(self._session.now_s(), by, commands, refused, act))

    def _finished(self, outcomes: Sequence[Outcome]) -> None:
        now_s = self._session.now_s()
        for each in outcomes:
            self._session.emit(Finished(now_s, each.command, each.status, each.reply, each.changes))

    def _said(self, reply: str, resolved: tuple[Command, ...] = ()) -> Exchange:
        self._session.remember((), reply)
        return Exchange(reply=reply, resolved=resolved)


def _may_refer(said: Said, act: Act | None) -> bool:
    """Whether a short sentence goes before what the parser heard in it: "do it again", "no, twenty"."""
    return act in (None, "repeat") or (act == "no" and said.corrects)


def _act(parse: Parse, said: Said | None) -> Act | None:
    """Return what is said to the dialog itself: as the parser reads it, else by the table of short sentences."""
    if len(parse.commands) == 1:
        device, _, action = parse.commands[0].intent.partition(".")
        is_act = device == _ASSISTANT and not parse.commands[0].unsure
        return next((act for act in ACTS if act == action), None) if is_act else None
    return said.act if said is not None and not parse.commands and parse.refused != "chatter" else None


def _either(choices: Sequence[str]) -> str:
    text = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return text[:1].upper() + text[1:]
