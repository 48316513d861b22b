"""What a short sentence means after something was done: "turn it off again", "a bit more", "no, the left one".

The words are rules.yaml's; what they come to is found in the catalog, beginning with what was done last. A sentence of
the table that comes to nothing says what was missing; any other text is none of this module's.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cabin.catalog.schema import Case, Catalog, Intent
from cabin.dialog.carry import Carrier, case_of, moves_by_step, sets_value
from cabin.dialog.phrases import PhraseTable
from cabin.dialog.rules import ACTS, Act, Pattern, Rule, Rules, load_rules
from cabin.dialog.state import Done
from cabin.messages import Command, SlotValue
from cabin.slm.text import normalize

__all__ = ["Ellipsis", "Resolution", "Said"]

_Meaning = tuple[Rule, Pattern]


@dataclass(frozen=True)
class Said:
    """A short sentence, before anything is known of what it refers to."""

    rule: Rule
    pattern: Pattern
    value: float | None = None
    unit: str | None = None
    position: str | None = None
    corrects: bool = False
    """A word of correction stood before it: what was done last was not wanted."""

    @property
    def act(self) -> Act | None:
        """Which of the things said to the dialog itself, or None."""
        return self.rule.do if self.rule.do in ACTS else None


@dataclass(frozen=True)
class Resolution:
    """What it comes to."""

    commands: tuple[Command, ...] = ()
    """To be done, through policy as any other; empty when nothing fits."""
    is_choice: bool = False
    """The commands are different things of which one must have been meant."""
    undo_first: bool = False
    """What was done last is put back before."""


class Ellipsis:
    """Reads short sentences. Made once for a catalog; the first text builds the table."""

    def __init__(self, catalog: Catalog, rules: Rules | None = None) -> None:
        self.rules = rules or load_rules()
        self.positions = _positions(catalog, self.rules)
        self.carrier = Carrier(catalog, self.rules)
        self._table: PhraseTable[_Meaning] | None = None

    def load(self) -> None:
        """Build the table now."""
        if self._table is None:
            self._table = PhraseTable(self.positions)
            for rule in self.rules.rules:
                for pattern, template in ((p, t) for p in rule.patterns for t in p.templates):
                    self._table.add(template, (rule, pattern))

    def read(self, text: str) -> Said | None:
        """Return the short sentence that a text is as a whole, or None."""
        words = tuple(normalize(text).split())
        found = self._find(words, corrects=False)
        if found is not None:
            return found
        rests = _without_prefix(words, self.rules.correction)
        return next((said for rest in rests if (said := self._find(rest, corrects=True)) is not None), None)

    def resolve(self, said: Said, done: Sequence[Done]) -> Resolution:
        """Return what it means after `done` (the latest last, nothing expired among it)."""
        turns = _turns(done)
        rule = said.rule
        if rule.do == "act" and rule.recent:
            found = next((r for r in (self._over(said, turn) for turn in turns) if r.commands), Resolution())
        else:
            found = self._over(said, turns[0]) if turns else Resolution()
        undo_first = said.corrects and rule.do in ("place", "other") and bool(found.commands) and not found.is_choice
        return replace(found, undo_first=undo_first)

    def strip(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words, then without one and more of the words that say nothing by themselves."""
        forms = [tuple(words)]
        seen = set(forms)
        while forms:
            form = forms.pop(0)
            yield form
            shorter = itertools.chain(_without_prefix(form, self.rules.before), _without_suffix(form, self.rules.after))
            for rest in shorter:
                if rest and rest not in seen:
                    seen.add(rest)
                    forms.append(rest)

    def _find(self, words: tuple[str, ...], *, corrects: bool) -> Said | None:
        self.load()
        assert self._table is not None
        for form in self.strip(words):
            found = self._table.find(form)
            if found is not None and found.meaning[0].corrects != ("no" if corrects else "only"):
                rule, pattern = found.meaning
                return Said(rule, pattern, found.value, found.unit, found.position, corrects)
        return None

    def _over(self, said: Said, turn: Sequence[Done]) -> Resolution:
        """Resolve over the commands of one utterance, the latest first."""
        made = [command for done in reversed(turn) if (command := self._made(said, done.command)) is not None]
        made = [command for index, command in enumerate(made) if not _is_among(command, made[:index])]
        kinds = {command.intent for command in made}
        if said.pattern.many or len(kinds) == 1:
            return Resolution(tuple(reversed(made)))
        return Resolution(tuple(reversed(made)), is_choice=len(made) > 1)

    def _made(self, said: Said, last: Command) -> Command | None:
        make = _MAKERS[said.rule.do]
        command = make(self, said, last)
        if command is None or said.position is None or said.rule.do == "place":
            return command
        return self.carrier.same(command, position=said.position)

    def _act(self, said: Said, last: Command) -> Command | None:
        for option in said.rule.actions:
            if option.after and _action(last) not in option.after:
                continue
            command = self._with_amount(said, self.carrier.to(_bare_of_place(last, said), option.action))
            if command is not None and self._has_word(command, said.rule.needs):
                return command
        return None

    def _further(self, said: Said, last: Command) -> Command | None:
        actions = (self.rules.further if said.rule.do == "further" else self.rules.back).get(_action(last), ())
        last = _bare_of_place(last, said)
        for action in actions:
            if action == "move":
                made = self.carrier.same(last, amount=None) if said.rule.do == "further" else self.carrier.turned(last)
            else:
                made = self.carrier.to(last, action)
            command = self._with_amount(said, made)
            if command is not None and action in ("open", "close"):
                command = self._partly(command)
            if command is not None:
                return command
        return None

    def _partly(self, command: Command) -> Command | None:
        """Return an opening or closing by a step, never to the end: "a bit more" of a window."""
        amount = command.slots.get("amount", "little")
        stepwise = self.carrier.same(command, amount=amount)
        case = self._case(stepwise)
        return stepwise if case is not None and (amount == "lot" or moves_by_step(case)) else None

    def _redo(self, _said: Said, last: Command) -> Command | None:
        return self.carrier.same(last)

    def _place(self, said: Said, last: Command) -> Command | None:
        return self.carrier.same(last, position=said.position)

    def _other(self, _said: Said, last: Command) -> Command | None:
        return self.carrier.at_other(last)

    def _value(self, said: Said, last: Command) -> Command | None:
        wanted = self._number(said)
        last = _bare_of_place(last, said)
        for action in dict.fromkeys(("set", _action(last), "open", "tune")):
            command = self.carrier.to(last, action, **wanted)
            case = self._case(command)
            if command is not None and case is not None and (sets_value(case) or case.action):
                return command
        return None

    def _step(self, said: Said, last: Command) -> Command | None:
        for option in said.rule.actions:
            command = self.carrier.to(last, option.action, **self._number(said))
            case = self._case(command)
            if command is not None and case is not None and moves_by_step(case):
                return command
        return None

    def _end(self, said: Said, last: Command) -> Command | None:
        action, to = _action(last), said.pattern.to
        if action in ("open", "close") and not to:
            return self.carrier.to(last, action)
        to = to or {"up": "max", "on": "max", "down": "min"}.get(action, "")
        if not to:
            return None
        command = self.carrier.to(last, "set", value=to)
        return command or self.carrier.to(last, "up" if to == "max" else "down", value=to)

    def _with_amount(self, said: Said, command: Command | None) -> Command | None:
        """Add "a bit" or "a lot", where the intent knows it; else its usual step is taken."""
        if command is None or not said.pattern.amount:
            return command
        return self.carrier.same(command, amount=said.pattern.amount) or command

    def _number(self, said: Said) -> dict[str, SlotValue | None]:
        value = said.value or 0.0
        number: SlotValue = int(value) if float(value).is_integer() else value
        return {"value": number, "unit": said.unit} if said.unit else {"value": number}

    def _case(self, command: Command | None) -> Case | None:
        intent = self.carrier.intent(command) if command is not None else None
        return case_of(intent, command.slots) if intent is not None and command is not None else None

    def _has_word(self, command: Command, words: Sequence[str]) -> bool:
        if not words:
            return True
        intent = self.carrier.intent(command)
        return intent is not None and any(re.search(rf"\b{word}\b", _own_words(intent)) for word in words)


_MAKERS: Mapping[str, Callable[[Ellipsis, Said, Command], Command | None]] = {
    "act": Ellipsis._act,
    "further": Ellipsis._further,
    "back": Ellipsis._further,
    "redo": Ellipsis._redo,
    "place": Ellipsis._place,
    "other": Ellipsis._other,
    "value": Ellipsis._value,
    "step": Ellipsis._step,
    "end": Ellipsis._end,
}


def _positions(catalog: Catalog, rules: Rules) -> dict[str, str]:
    """Return words -> place: those of the catalog's lists, and what rules.yaml adds."""
    said = {
        phrase: value
        for words in catalog.lists.values()
        if words.slot == "position"
        for value, phrases in words.entries.items()
        for phrase in phrases
    }
    return {**rules.positions, **said}


def _turns(done: Sequence[Done]) -> list[list[Done]]:
    """Return what was done by utterance, the latest first."""
    groups = [list(group) for _, group in itertools.groupby(done, key=lambda each: each.turn)]
    return groups[::-1]


def _is_among(command: Command, others: Iterable[Command]) -> bool:
    return any(other.intent == command.intent and other.slots == command.slots for other in others)


def _bare_of_place(command: Command, said: Said) -> Command:
    """Leave out the place when another one is said: it is put in afterwards."""
    if said.position is None:
        return command
    return replace(command, slots={name: value for name, value in command.slots.items() if name != "position"})


def _action(command: Command) -> str:
    return command.intent.partition(".")[2]


def _own_words(intent: Intent) -> str:
    return " ".join((intent.title, *(template for group in intent.sentences for template in group.templates)))


def _without_prefix(words: tuple[str, ...], phrases: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for phrase in phrases:
        parts = tuple(phrase.split())
        if words[: len(parts)] == parts:
            yield words[len(parts) :]


def _without_suffix(words: tuple[str, ...], phrases: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for phrase in phrases:
        parts = tuple(phrase.split())
        if len(words) > len(parts) and words[-len(parts) :] == parts:
            yield words[: -len(parts)]
