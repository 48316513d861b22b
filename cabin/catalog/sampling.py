"""Random sentences from templates, with the slots they mean and where in the text open words and numbers stand.

A walk over hassil's parsed tree that takes one alternative at each fork, uniformly. hassil's own sampler lists every
expansion, which is far too many for templates with options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from cabin.catalog.lists import phrases_for
from cabin.catalog.references import call_slot_reference, slot_of
from cabin.catalog.schema import Catalog, Combination, Intent, RefusalGroup, SentenceGroup, Slot
from cabin.catalog.template_tree import Reference, parse_template
from cabin.errors import CatalogError, Problem
from cabin.messages import Refusal, SlotValue

if TYPE_CHECKING:
    from hassil.expression import Expression

__all__ = ["NumberSayer", "RandomSource", "SaidNumber", "Sample", "SampledCall", "Sampler", "expand", "plain_number"]

_MAX_TRIES = 200
_REFUSAL_NUMBER = Slot("value", "number", minimum=0, maximum=100)
_MARK = "\0"


class RandomSource(Protocol):
    """random.Random or numpy.random.Generator."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...


@dataclass(frozen=True)
class SaidNumber:
    """A number put into a sentence."""

    text: str
    """The words said, with the unit's words when `unit` is given."""
    value: float | int | str
    """The slot's value: a number, or one of the slot's words."""
    unit: str | None = None


NumberSayer = Callable[[RandomSource, Slot, tuple[str, ...]], SaidNumber]
"""Function of the source of randomness, the slot and the units that may be said beside it; no units: say none."""


@dataclass(frozen=True)
class SampledCall:
    """One call that the sampled text means."""

    intent: str
    slots: Mapping[str, SlotValue]
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Slot -> (start, end) in characters of `Sample.text`: of numbers, and of open slots that are copied from there."""


@dataclass(frozen=True)
class Sample:
    """A sentence with its meaning."""

    text: str
    calls: tuple[SampledCall, ...] = ()
    refused: Refusal | None = None

    def word_span(self, span: tuple[int, int]) -> tuple[int, int]:
        """Return a span in words (start, end) instead of characters."""
        return self.text.count(" ", 0, span[0]), self.text.count(" ", 0, span[1]) + 1


@dataclass(frozen=True)
class _Filled:
    """What was put in the place of a reference."""

    value: SlotValue
    unit: str | None
    span: tuple[int, int]
    is_copied: bool


def plain_number(rng: RandomSource, slot: Slot, _units: tuple[str, ...]) -> SaidNumber:
    """Say a whole number of the slot's range in words, without a unit."""
    from cabin.slm.numbers import say_number

    low = 0.0 if slot.minimum is None else slot.minimum
    high = low + 100.0 if slot.maximum is None else slot.maximum
    value = min(int(high), int(low) + int(rng.random() * (int(high) - int(low) + 1)))
    return SaidNumber(say_number(value), value)


def expand(template: str, rng: RandomSource) -> list[str | Reference]:
    """Return one random expansion: literal text and references, in order. Raises TemplateSyntaxError."""
    out: list[str | Reference] = []
    _walk(_compiled(template), rng.random, out)
    return out


class Sampler:
    """Draws sentences of a catalog. Keeps parsed templates and word lists; not tied to a source of randomness."""

    def __init__(self, catalog: Catalog, number: NumberSayer = plain_number) -> None:
        self._catalog = catalog
        self._number = number
        self._choices: dict[tuple[str, str, str], tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._slots: dict[tuple[str, Reference], Slot] = {}
        self._open_words: tuple[str, ...] = ()

    def group(self, intent: Intent, group: SentenceGroup, rng: RandomSource) -> Sample:
        """Return a sentence of a random template of a group."""
        template = group.templates[int(rng.random() * len(group.templates))]
        return self.template(intent, template, group.slots, rng)

    def template(self, intent: Intent, template: str, fixed: Mapping[str, SlotValue], rng: RandomSource) -> Sample:
        """Return a sentence of one template of an intent, `fixed` holding the slots that its group fixes."""

        def slot(reference: Reference) -> Slot:
            return self._slot(intent, reference)

        pieces = self._expand(template, rng, lambda reference: slot(reference).name)
        references = [piece for piece in pieces if isinstance(piece, Reference)]
        units = () if "unit" in fixed else _units_of(intent)
        text, filled = self._fill(pieces, rng, lambda reference: (intent.name, slot(reference), units))
        slots: dict[str, SlotValue] = dict(fixed)
        spans: dict[str, tuple[int, int]] = {}
        for reference, value in zip(references, filled, strict=True):
            _put(slots, spans, slot(reference).name, value)
            if value.unit is not None and value.unit in _units_of(intent):
                slots.setdefault("unit", value.unit)
        return Sample(text, (SampledCall(intent.name, slots, spans),))

    def combination(self, item: Combination, rng: RandomSource) -> Sample:
        """Return a sentence of several commands."""
        template = item.templates[int(rng.random() * len(item.templates))]
        pieces = self._expand(template, rng, str)
        owners: dict[str, tuple[str, Slot, tuple[str, ...]]] = {}
        for name, slots in item.calls:
            intent = self._catalog.intents[name]
            for slot, value in slots.items():
                if call_slot_reference(value):
                    units = () if "unit" in slots else _units_of(intent)
                    owners.setdefault(str(value), (name, intent.slots[slot], units))
        text, filled = self._fill(pieces, rng, lambda reference: owners[str(reference)])
        said = {
            str(piece): value
            for piece, value in zip((p for p in pieces if isinstance(p, Reference)), filled, strict=True)
        }
        return Sample(text, tuple(self._sampled_call(name, slots, said) for name, slots in item.calls))

    def refusal(self, group: RefusalGroup, rng: RandomSource) -> Sample:
        """Return a sentence that must not act."""
        template = group.templates[int(rng.random() * len(group.templates))]
        pieces = self._expand(template, rng, None)

        def owner(reference: Reference) -> tuple[str, Slot, tuple[str, ...]]:
            is_number = reference.list_name == _REFUSAL_NUMBER.name and reference.list_name not in self._catalog.lists
            return "", _REFUSAL_NUMBER if is_number else Slot(reference.list_name, "open"), ()

        return Sample(self._fill(pieces, rng, owner)[0], (), group.reason)

    def _sampled_call(self, name: str, slots: Mapping[str, SlotValue], said: Mapping[str, _Filled]) -> SampledCall:
        intent = self._catalog.intents[name]
        values: dict[str, SlotValue] = {}
        spans: dict[str, tuple[int, int]] = {}
        for slot, value in slots.items():
            if not call_slot_reference(value):
                values[slot] = value
            elif str(value) in said:
                filled = said[str(value)]
                _put(values, spans, slot, filled)
                if filled.unit is not None and filled.unit in _units_of(intent) and "unit" not in slots:
                    values["unit"] = filled.unit
        return SampledCall(name, values, spans)

    def _slot(self, intent: Intent, reference: Reference) -> Slot:
        known = self._slots.get((intent.name, reference))
        if known is not None:
            return known
        slot, trouble, _ = slot_of(reference, intent.slots, self._catalog.lists)
        if slot is None or trouble:
            raise CatalogError(Problem(f"{reference}: {trouble}", where=f"{intent.where}, {intent.name}"))
        self._slots[intent.name, reference] = slot
        return slot

    def _expand(
        self, template: str, rng: RandomSource, same: Callable[[Reference], str] | None
    ) -> list[str | Reference]:
        """Return an expansion in which no two references stand for the same (`same`: what they stand for)."""
        for _ in range(_MAX_TRIES):
            pieces = expand(template, rng)
            if same is None:
                return pieces
            names = [same(piece) for piece in pieces if not isinstance(piece, str)]
            if len(names) < 2 or len(set(names)) == len(names):
                return pieces
        raise CatalogError(Problem("the sentence fills a slot twice", seen=template))

    def _fill(
        self,
        pieces: list[str | Reference],
        rng: RandomSource,
        owner: Callable[[Reference], tuple[str, Slot, tuple[str, ...]]],
    ) -> tuple[str, list[_Filled]]:
        """Put words in the place of references; return the text and what was put there, in order."""
        references = [piece for piece in pieces if isinstance(piece, Reference)]
        joined = "".join([piece if isinstance(piece, str) else _MARK for piece in pieces])
        literals = " ".join(joined.split()).split(_MARK)
        text, filled = literals[0], []
        for index, reference in enumerate(references):
            intent, slot, units = owner(reference)
            after = literals[index + 1]
            if slot.kind == "number" and reference.list_name not in self._catalog.lists:
                literal_unit = _literal_unit(after)
                said = self._number(rng, slot, () if literal_unit else units)
                words, value, unit, is_copied = said.text, said.value, literal_unit or said.unit, True
            else:
                words, value = self._say(intent, slot, reference, rng)
                unit, is_copied = None, slot.kind == "open" and words == value
            filled.append(_Filled(value, unit, (len(text), len(text) + len(words)), is_copied))
            text += words + after
        return text, filled

    def _say(self, intent: str, slot: Slot, reference: Reference, rng: RandomSource) -> tuple[str, SlotValue]:
        """Return words for a reference and the value that they mean."""
        choices = self._words(intent, slot, reference)
        value, phrases = choices[int(rng.random() * len(choices))]
        phrase = phrases[int(rng.random() * len(phrases))] if len(phrases) > 1 else phrases[0]
        if slot.kind == "number":
            number = float(value) if value not in slot.values else value
            return phrase, int(number) if isinstance(number, float) and number.is_integer() else number
        return phrase, value

    def _words(self, intent: str, slot: Slot, reference: Reference) -> tuple[tuple[str, tuple[str, ...]], ...]:
        key = (intent, slot.name, reference.list_name)
        found = self._choices.get(key)
        if found is None:
            by_value: dict[str, list[str]] = {}
            for phrase, value in phrases_for(slot, self._catalog.lists.get(reference.list_name)).items():
                by_value.setdefault(value, []).append(phrase)
            found = tuple((value, tuple(phrases)) for value, phrases in by_value.items())
            if not found:  # an open slot without a list takes any words
                found = tuple((words, (words,)) for words in self._any_words())
            self._choices[key] = found
        return found

    def _any_words(self) -> tuple[str, ...]:
        if not self._open_words:
            lists = self._catalog.lists.values()
            words = dict.fromkeys(
                p for item in lists for value, phrases in item.entries.items() for p in phrases if p == value
            )
            self._open_words = tuple(words) or ("something",)
        return self._open_words


def _units_of(intent: Intent) -> tuple[str, ...]:
    unit = intent.slots.get("unit")
    return unit.values if unit else ()


def _put(slots: dict[str, SlotValue], spans: dict[str, tuple[int, int]], name: str, filled: _Filled) -> None:
    slots[name] = filled.value
    if filled.is_copied:
        spans[name] = filled.span


@lru_cache(maxsize=4096)
def _literal_unit(after: str) -> str | None:
    """Return the unit that a template's own words give right after a number."""
    from cabin.slm.numbers import find_numbers

    words = after.split()[:4]
    if not words or not after.startswith(" "):
        return None
    return find_numbers(["5", *words])[0].unit


_TEXT, _REFERENCE, _SEQUENCE, _ALTERNATIVE, _PERMUTATION = range(5)
_Op = tuple[int, Any]


@cache
def _compiled(template: str) -> _Op:
    return _compile(parse_template(template).expression)


def _compile(expression: Expression) -> _Op:
    from hassil import expression as tree

    if isinstance(expression, tree.TextChunk):
        return _TEXT, expression.original_text
    if isinstance(expression, tree.ListReference):
        return _REFERENCE, Reference(expression.list_name, expression.slot_name)
    kind = (
        _ALTERNATIVE
        if isinstance(expression, tree.Alternative)
        else _PERMUTATION
        if isinstance(expression, tree.Permutation)
        else _SEQUENCE
    )
    assert isinstance(expression, tree.Group)
    items = tuple(_compile(item) for item in expression.items)
    if kind != _PERMUTATION and len(items) == 1:
        return items[0]
    return kind, items


def _walk(op: _Op, draw: Callable[[], float], out: list[str | Reference]) -> None:
    kind, content = op
    while kind == _ALTERNATIVE:
        kind, content = content[int(draw() * len(content))]
    if kind <= _REFERENCE:
        out.append(content)
    elif kind == _SEQUENCE:
        for item in content:
            _walk(item, draw, out)
    else:
        items = list(content)
        while items:
            _walk(items.pop(int(draw() * len(items))), draw, out)
