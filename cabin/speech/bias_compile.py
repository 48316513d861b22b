"""A catalog's sentences as a word graph: templates, lists, numbers, and the small words around an order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cabin.catalog.lists import phrases_for
from cabin.catalog.references import call_slot_reference, slot_of
from cabin.catalog.schema import Catalog, Combination, Intent, Slot
from cabin.catalog.template_tree import Reference, shape_of
from cabin.slm.number_words import UNITS
from cabin.slm.numbers import say_number
from cabin.speech.bias_graph import GraphBuilder, WordGraph
from cabin.speech.lexicon import Lexicon, load_lexicon

__all__ = ["compile_language", "number_phrases"]

_UNIT_WAYS = 4
"""Of each unit the ways to say it that are most usual stand first in UNITS."""
_ONE_BY_ONE, _BY_TENS = 400.0, 4000.0
"""Ranges up to the first are listed whole, up to the second in tens, wider ones in hundreds."""
_HALVES_UP_TO = 120.0
_MOST_NUMBERS = 2000
_BEYOND = (*map(float, range(101)), *map(float, range(110, 200, 10)), *map(float, range(200, 1001, 100)))
"""Numbers out of range are part of every language: whoever says three hundred percent must not be heard to say three.
They are refused by those who know why."""


def compile_language(catalog: Catalog, lexicon: Lexicon | None = None) -> WordGraph:
    """Return the graph of everything that the catalog's intents and combinations can be asked with.

    Refusals are left out: nobody is helped when the recognizer hears them better.
    """
    compiling = _Compiling(catalog)
    lexicon = lexicon or load_lexicon()
    after = compiling.builder.add_class("after", lexicon.after) if lexicon.after else None
    for intent in catalog.intents.values():
        for template in dict.fromkeys(t for group in intent.sentences for t in group.templates):
            compiling.template(intent, template, after)
    for item in catalog.combinations:
        compiling.combination(item, after)
    before = compiling.builder.add_class("before", lexicon.before, then=lexicon.before) if lexicon.before else None
    return compiling.builder.build(before)


@dataclass
class _Compiling:
    catalog: Catalog
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    _classes: dict[object, int] = field(default_factory=dict)
    """What a class is made of -> its number, so that equal ones are made once."""

    def template(self, intent: Intent, template: str, after: int | None) -> None:
        classes: dict[Reference, int] = {}
        for reference in shape_of(template).counts:
            slot, trouble, _ = slot_of(reference, intent.slots, self.catalog.lists)
            if slot is None or trouble:
                return  # the loader has refused such a catalog; nothing to hear better here
            classes[reference] = self._class(intent, slot, reference)
        self.builder.add_template(template, classes, after)

    def combination(self, item: Combination, after: int | None) -> None:
        owners: dict[str, tuple[Intent, Slot]] = {}
        for name, slots in item.calls:
            intent = self.catalog.intents[name]
            for slot, value in slots.items():
                if call_slot_reference(value):
                    owners.setdefault(str(value), (intent, intent.slots[slot]))
        for template in item.templates:
            references = tuple(shape_of(template).counts)
            if all(str(reference) in owners for reference in references):
                classes = {each: self._class(*owners[str(each)], each) for each in references}
                self.builder.add_template(template, classes, after)

    def _class(self, intent: Intent, slot: Slot, reference: Reference) -> int:
        words = self.catalog.lists.get(reference.list_name)
        unit = intent.slots.get("unit")
        units = unit.values if unit is not None else ()
        key: object
        if slot.kind == "number" and words is None:
            key = ("number", slot.minimum, slot.maximum, slot.values, units)
        else:
            key = (reference.list_name, slot.kind == "open", slot.name if words is None else "", slot.values)
        known = self._classes.get(key)
        if known is None:
            known = self._classes[key] = self._new_class(slot, reference, units)
        return known

    def _new_class(self, slot: Slot, reference: Reference, units: tuple[str, ...]) -> int:
        words = self.catalog.lists.get(reference.list_name)
        if slot.kind == "number" and words is None:
            named = [value.replace("_", " ") for value in slot.values]
            return self.builder.add_class("value", [*number_phrases(slot, units), *named], then=_unit_phrases(units))
        return self.builder.add_class(reference.list_name, phrases_for(slot, words), is_free=slot.kind == "open")


def _unit_phrases(units: Iterable[str]) -> list[str]:
    found: Mapping[str, list[str]] = {unit: [] for unit in units}
    for words, unit in UNITS:
        if unit in found and len(found[unit]) < _UNIT_WAYS:
            found[unit].append(" ".join(words))
    return [phrase for phrases in found.values() for phrase in phrases]


def number_phrases(slot: Slot, units: tuple[str, ...] = ()) -> list[str]:
    """Return the numbers of a slot's range as they are said, and in digits.

    Whole numbers, halves where the range is small, tenths of megahertz where stations are; and usual ones beyond it.
    """
    low = 0.0 if slot.minimum is None else slot.minimum
    high = low + 100.0 if slot.maximum is None else slot.maximum
    step = 1 if high - low <= _ONE_BY_ONE else 10 if high - low <= _BY_TENS else 100
    values = [float(value) for value in range(math.ceil(low / step) * step, int(high) + 1, step)][:_MOST_NUMBERS]
    values += [value for value in _BEYOND if not low <= value <= high]
    if step == 1 and max(abs(low), abs(high)) <= _HALVES_UP_TO:
        values += [value + 0.5 for value in values if value + 0.5 <= high]
    if "mhz" in units:
        values += [tenth / 10 for tenth in range(875, 1081) if low <= tenth / 10 <= high]
    phrases = []
    for value in values:
        number = int(value) if value == int(value) else value
        phrases += [say_number(number), f"{abs(number):g}" if number >= 0 else f"minus {abs(number):g}"]
        if value != int(value) and value % 1 == 0.5 and value > 0:
            phrases.append(f"{say_number(int(value))} and a half")
    return list(dict.fromkeys(phrases))
