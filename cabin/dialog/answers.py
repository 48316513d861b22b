"""Answers to a question: a number, one of several choices, a place. Only what is an answer as a whole is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cabin.catalog.lists import phrases_for
from cabin.catalog.schema import Catalog, Intent, Slot
from cabin.dialog.ellipsis import Ellipsis
from cabin.dialog.words import words_of
from cabin.messages import SlotValue
from cabin.slm.numbers import find_numbers
from cabin.slm.text import normalize

__all__ = ["AnswerReader"]

_BEFORE = (
    "my",
    "to",
    "at",
    "on",
    "about",
    "the",
    "it's",
    "make it",
    "set it to",
    "put it on",
    "put it to",
    "with",
    "for",
    "a",
)
_AFTER = ("one", "side", "ones", "mode", "please")
_ORDINALS = ("first", "second", "third", "fourth")
_LEVEL_WORDS = ("level", "stage", "setting")
_BOTH = frozenset(("both", "both of them", "all", "all of them", "either", "them both"))


class AnswerReader:
    """Reads answers with the catalog's words."""

    def __init__(self, catalog: Catalog, ellipsis: Ellipsis) -> None:
        self._catalog = catalog
        self._ellipsis = ellipsis

    def slot(self, text: str, intent: Intent, slot: Slot) -> dict[str, SlotValue] | None:
        """Return the slots that an answer fills (a number's unit too), or None when the text is no answer.

        An open slot is not read here: any words could be its value.
        """
        for words in self._forms(text):
            phrase = " ".join(words)
            if slot.kind == "number":
                found = self._number(words, phrase, intent, slot)
                if found is not None:
                    return found
            elif slot.kind == "choice":
                value = self._phrases(slot).get(phrase)
                if value is not None:
                    return {slot.name: value}
        return None

    def which(self, text: str, choices: Sequence[str]) -> tuple[int, ...]:
        """Return the indices of the choices named: one, or all on "both"; none when the text names no choice."""
        forms = [" ".join(words) for words in self._forms(text)]
        if any(form in _BOTH for form in forms):
            return tuple(range(len(choices)))
        for index, choice in enumerate(choices):
            names = (choice, choice.removeprefix("the "), _ORDINALS[index] if index < len(_ORDINALS) else choice)
            if any(form in names for form in forms):
                return (index,)
        return ()

    def _number(self, words: Sequence[str], phrase: str, intent: Intent, slot: Slot) -> dict[str, SlotValue] | None:
        end = self._ellipsis.rules.ends.get(phrase)
        if end in slot.values:
            return {slot.name: str(end)}
        numbers = find_numbers(words)
        if len(numbers) != 1:
            return None
        number = numbers[0]
        units = intent.slots["unit"].values if "unit" in intent.slots else ()
        start = 0 if words[0] in _LEVEL_WORDS and number.start == 1 else number.start
        if (start, max(number.end, number.unit_end)) != (0, len(words)):
            return None
        is_level_word = number.unit == "level" and number.unit_end == number.end
        if number.unit is not None and number.unit not in units and not is_level_word:
            return None
        value: SlotValue = int(number.value) if float(number.value).is_integer() else number.value
        filled: dict[str, SlotValue] = {slot.name: value}
        if number.unit is not None and number.unit in units:
            filled["unit"] = number.unit
        return filled

    def _phrases(self, slot: Slot) -> Mapping[str, str]:
        if slot.name == "position":
            return {phrase: value for phrase, value in self._positions() if value in slot.values}
        known = {words_of(value): value for value in slot.values}
        for words in self._catalog.lists.values():
            if words.slot == slot.name:
                known = {**phrases_for(slot, words), **known}
        return known

    def _positions(self) -> Iterable[tuple[str, str]]:
        yield from self._ellipsis.positions.items()
        yield from ((words_of(value), value) for value in set(self._ellipsis.positions.values()))

    def _forms(self, text: str) -> list[tuple[str, ...]]:
        """Return the words, and what is left of them without the words around an answer."""
        forms: list[tuple[str, ...]] = []
        for words in self._ellipsis.strip(normalize(text).split()):
            forms += [form for form in _bared(words) if form not in forms]
        return forms


def _bared(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    forms, at = [words], 0
    while at < len(forms):
        form = forms[at]
        at += 1
        for phrase in _BEFORE:
            parts = tuple(phrase.split())
            if form[: len(parts)] == parts and len(form) > len(parts) and form[len(parts) :] not in forms:
                forms.append(form[len(parts) :])
        for word in _AFTER:
            if len(form) > 1 and form[-1] == word and form[:-1] not in forms:
                forms.append(form[:-1])
    return forms
