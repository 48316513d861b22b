"""Sentences that a template matches word for word, through hassil: for devices unknown to the model, and for checks.

hassil finds which words stand for which {list}. Numbers are those that cabin.slm.numbers finds in the words said: they
are handed to hassil as a list made for this one text, so numbers mean the same here as in the intent model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cabin.catalog.lists import phrases_for
from cabin.catalog.references import slot_of
from cabin.catalog.schema import Catalog, Intent, SentenceGroup, Slot
from cabin.catalog.template_tree import Reference, shape_of
from cabin.messages import Command, SlotValue

if TYPE_CHECKING:
    from hassil.intents import Intents, SlotList
    from hassil.recognize import RecognizeResult

    from cabin.slm.numbers import NumberSpan

__all__ = ["TemplateMatch", "TemplateMatcher"]


@dataclass(frozen=True)
class TemplateMatch:
    """One reading of a text by a template."""

    intent: str
    slots: Mapping[str, SlotValue]
    out_of_range: tuple[str, ...] = ()
    """Slots whose number lies outside the slot's range: such a command must be refused, not acted on."""
    literal_chars: int = 0
    """How much of the text the template itself says; open slots take the rest."""

    def command(self) -> Command:
        """Return the command that the text gives."""
        return Command(self.intent, dict(self.slots), 1.0, "template")


@dataclass(frozen=True)
class _Said:
    """A number as it may stand in a text."""

    number: NumberSpan
    with_unit: bool
    """Whether the words of the unit are part of it."""


@dataclass(frozen=True)
class _Entry:
    """What hassil is told about a group: its intent and what its references mean."""

    intent: Intent
    group: SentenceGroup
    open_lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Slot -> phrase -> value, of open slots."""


class TemplateMatcher:
    """Matches texts against the sentences of some intents. Built once; the first match parses the templates."""

    def __init__(self, catalog: Catalog, intents: Iterable[str] | None = None) -> None:
        wanted = catalog.intents if intents is None else set(intents)
        self._lists = catalog.lists
        self._intents = [intent for name, intent in catalog.intents.items() if name in wanted and intent.sentences]
        self._entries: list[_Entry] = []
        self._number_lists: set[str] = set()

    def match(self, text: str) -> TemplateMatch | None:
        """Return the best reading of a text, or None when no template matches it as a whole.

        Best is: every number in range, then as little as possible in open slots, then the order of the catalog.
        """
        found = self.matches(text)
        return min(found, key=lambda match: (bool(match.out_of_range), -match.literal_chars), default=None)

    def matches(self, text: str) -> list[TemplateMatch]:
        """Return all readings, each once, in the order of the catalog. `text` need not be normalized; one that is
        longer than cabin.slm.text.MAX_CHARACTERS is no utterance and matches nothing.
        """
        from hassil.recognize import recognize_all

        from cabin.slm.text import MAX_CHARACTERS, normalize

        normal = normalize(text[: 4 * MAX_CHARACTERS])
        if not normal or len(normal) > MAX_CHARACTERS or not self._intents:
            return []
        compiled = self._compiled
        numbers = _number_list(normal.split())
        lists = dict.fromkeys(self._number_lists, numbers)
        readings: dict[str, TemplateMatch] = {}
        for result in recognize_all(normal, compiled, slot_lists=lists):
            match = self._read(result)
            if match is not None:
                readings.setdefault(repr((match.intent, sorted(match.slots.items()))), match)
        return list(readings.values())

    @cached_property
    def _compiled(self) -> Intents:
        from hassil.intents import Intent as HassilIntent
        from hassil.intents import IntentData, Intents

        intents = {}
        for intent in self._intents:
            slot_lists: dict[str, SlotList] = {}
            open_lists: dict[str, Mapping[str, str]] = {}
            for reference in dict.fromkeys(
                r for g in intent.sentences for t in g.templates for r in shape_of(t).counts
            ):
                self._add_list(intent, reference, slot_lists, open_lists)
            data = []
            for group in intent.sentences:
                metadata = {"entry": len(self._entries)}
                self._entries.append(_Entry(intent, group, open_lists))
                data.append(IntentData(list(group.templates), slot_lists=slot_lists, metadata=metadata))
                several = [template for template in group.templates if self._has_several_open(intent, template)]
                if several:  # where one open slot ends and the next begins is known only for known words
                    known = {**slot_lists, **self._known_words(intent, several)}
                    data.append(IntentData(several, slot_lists=known, metadata=metadata))
            intents[intent.name] = HassilIntent(intent.name, data)
        return Intents(language="en", intents=intents)

    def _add_list(
        self,
        intent: Intent,
        reference: Reference,
        slot_lists: dict[str, SlotList],
        open_lists: dict[str, Mapping[str, str]],
    ) -> None:
        from hassil.intents import TextSlotList, WildcardSlotList

        slot, _, _ = slot_of(reference, intent.slots, self._lists)
        if slot is None:
            return
        words = self._lists.get(reference.list_name)
        if slot.kind == "open":
            slot_lists[reference.list_name] = WildcardSlotList(reference.list_name)
            known = phrases_for(slot, words)
            open_lists[slot.name] = {**open_lists.get(slot.name, {}), **{p: v for p, v in known.items() if p != v}}
        elif slot.kind == "number" and words is None:
            self._number_lists.add(reference.list_name)
        else:
            said = [(phrase, (slot.name, value)) for phrase, value in phrases_for(slot, words).items()]
            before = slot_lists.get(reference.list_name)
            texts = TextSlotList.from_tuples(said, allow_template=False, name=reference.list_name)
            if isinstance(before, TextSlotList):
                texts.values = [*before.values, *texts.values]
            slot_lists[reference.list_name] = texts

    def _has_several_open(self, intent: Intent, template: str) -> bool:
        return len(self._open_references(intent, template)) > 1

    def _open_references(self, intent: Intent, template: str) -> dict[Reference, Slot]:
        slots = {reference: slot_of(reference, intent.slots, self._lists)[0] for reference in shape_of(template).counts}
        return {reference: slot for reference, slot in slots.items() if slot is not None and slot.kind == "open"}

    def _known_words(self, intent: Intent, templates: Iterable[str]) -> dict[str, SlotList]:
        """Return the lists of open slots as the words written in lists.yaml, in place of any words."""
        from hassil.intents import TextSlotList

        found: dict[str, SlotList] = {}
        for reference, slot in [
            pair for template in templates for pair in self._open_references(intent, template).items()
        ]:
            words = self._lists.get(reference.list_name)
            if words is not None:
                said = [(phrase, (slot.name, value)) for phrase, value in phrases_for(slot, words).items()]
                found[reference.list_name] = TextSlotList.from_tuples(said, allow_template=False, name=words.name)
        return found

    def _read(self, result: RecognizeResult) -> TemplateMatch | None:
        """Return what a result of hassil means, or None when its words contradict each other or the slots."""
        entry = self._entries[(result.intent_metadata or {})["entry"]]
        intent, slots = entry.intent, dict(entry.group.slots)
        out_of_range: list[str] = []
        for entity in result.entities_list:
            reference = self._reference(intent, entity.name)
            if isinstance(entity.value, _Said):
                name = reference
                if not _take_number(intent, name, entity.value, slots, name in entry.group.slots):
                    return None
                slot = intent.slots[name]
                if not _in_range(slot, entity.value.number.value):
                    out_of_range.append(name)
            elif entity.is_wildcard:
                words = entity.text.strip()
                if slots.setdefault(reference, value := entry.open_lists.get(reference, {}).get(words, words)) != value:
                    return None
            else:
                name, value = entity.value
                if slots.setdefault(name, number := _typed(intent.slots[name], value)) != number:
                    return None
        if any(slot.required and slot.name not in slots for slot in intent.slots.values()):
            return None
        return TemplateMatch(intent.name, slots, tuple(out_of_range), result.text_chunks_matched)

    def _reference(self, intent: Intent, name: str) -> str:
        """Return the slot of an entity, which hassil names after the template's list or slot."""
        words = self._lists.get(name)
        return name if name in intent.slots or words is None else words.slot


def _number_list(words: Sequence[str]) -> SlotList:
    """Return the numbers said, each with and without the words of its unit."""
    from hassil.intents import TextSlotList

    from cabin.slm.numbers import find_numbers

    return TextSlotList.from_tuples(list(_ways(words, find_numbers(words))), allow_template=False, name="number")


def _ways(words: Sequence[str], numbers: Iterable[NumberSpan]) -> Iterator[tuple[str, Any]]:
    for number in numbers:
        yield " ".join(words[number.start : number.end]), _Said(number, False)
        if number.unit_end > number.end:
            yield " ".join(words[number.start : number.unit_end]), _Said(number, True)


def _take_number(intent: Intent, name: str, said: _Said, slots: dict[str, SlotValue], is_fixed: bool) -> bool:
    """Put a number and its unit into the slots; False when the intent cannot hold them."""
    number = said.number
    value = int(number.value) if float(number.value).is_integer() else number.value
    if is_fixed or slots.setdefault(name, value) != value:
        return False
    if number.unit is None:
        return True
    unit_slot = intent.slots.get("unit")
    if unit_slot is not None and number.unit in unit_slot.values:
        return slots.setdefault("unit", number.unit) == number.unit
    is_implied = number.unit_end == number.end and number.unit != "level"  # "halfway" means percent and nothing else
    return not said.with_unit and not is_implied


def _in_range(slot: Slot, value: float) -> bool:
    return (slot.minimum is None or value >= slot.minimum) and (slot.maximum is None or value <= slot.maximum)


def _typed(slot: Slot, value: str) -> SlotValue:
    if slot.kind != "number" or value in slot.values:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number
