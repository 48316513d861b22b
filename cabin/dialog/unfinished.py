"""Requests that break off before what the intent must have: "set the temperature", "take me to".

Taken from the catalog itself: every sentence of an intent with a required slot, cut where that slot stands, and the
intent's own title. So a new device needs nothing more to be asked back about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cabin.catalog.schema import Catalog, Intent, SentenceGroup, Slot
from cabin.dialog.phrases import PhraseTable, expansions
from cabin.messages import Command, SlotValue
from cabin.slm.text import normalize

__all__ = ["Unfinished", "UnfinishedTable"]

_FUNCTION_WORDS = frozenset(
    word
    for line in (
        "a an and at by change down for get give i in is it make me my of off on one",
        "please put set some switch that the this to turn up with",
    )
    for word in line.split()
)
"""A beginning of these words alone names no device and is none."""

_PREPOSITIONS = ("to", "at", "on", "by", "for", "about", "of")
_REFERENCE = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")
_EXCEPT_PLACE = re.compile(r"\{(?!position\})")
_VERBS = ("set", "change", "adjust")


@dataclass(frozen=True)
class Unfinished:
    """A request of which something is missing."""

    command: Command
    slot: Slot
    """The required slot that was not said."""
    sentence: str
    """What was said, with {answer} where it broke off: a full sentence once that is filled. Empty: there is none."""


class UnfinishedTable:
    """The beginnings of a catalog. Made once; the first text builds the table."""

    def __init__(self, catalog: Catalog, positions: Mapping[str, str]) -> None:
        """`positions`: words of a place -> the value of slot position."""
        self._catalog = catalog
        self._positions = positions
        self._table: PhraseTable[tuple[Intent, Slot, Mapping[str, SlotValue], str]] | None = None

    def load(self) -> None:
        """Build the table now."""
        if self._table is not None:
            return
        self._table = PhraseTable(self._positions)
        for intent in self._catalog.intents.values():
            slots = [slot for slot in intent.slots.values() if slot.required]
            if len(slots) != 1:
                continue
            for group in intent.sentences:
                self._add(intent, slots[0], group)
        for intent in self._catalog.intents.values():  # after all sentences: those say more exactly what is meant
            slots = [slot for slot in intent.slots.values() if slot.required]
            for title in _titles(intent) if len(slots) == 1 else ():
                self._table.add(title, (intent, slots[0], {}, ""))

    def find(self, text: str) -> Unfinished | None:
        """Return the request that a text begins, or None."""
        self.load()
        assert self._table is not None
        words = tuple(normalize(text).split())
        while words and words[-1] == "please":
            words = words[:-1]
        found = self._table.find(words)
        if found is None:
            return None
        intent, slot, fixed, sentence = found.meaning
        slots: dict[str, SlotValue] = dict(fixed)
        if found.position is not None:
            place = intent.slots.get("position")
            if place is None or found.position not in place.values:
                return None
            slots["position"] = found.position
        return Unfinished(Command(intent.name, slots, by="dialog"), slot, sentence)

    def _add(self, intent: Intent, slot: Slot, group: SentenceGroup) -> None:
        assert self._table is not None
        if slot.name in group.slots:
            return
        for template in group.templates:
            for text in expansions(template):
                head, sentence = _cut(text, slot.name, self._catalog)
                if head is None or _EXCEPT_PLACE.search(head) or set(head.split()) <= _FUNCTION_WORDS:
                    continue
                meaning = (intent, slot, group.slots, sentence)
                self._table.add(head, meaning)
                shorter, _, last = head.rpartition(" ")
                if last in _PREPOSITIONS and not set(shorter.split()) <= _FUNCTION_WORDS:
                    self._table.add(shorter, meaning)


def _cut(text: str, slot: str, catalog: Catalog) -> tuple[str | None, str]:
    """Return (what stands before the slot, that with {answer} after it), or (None, "")."""
    for match in _REFERENCE.finditer(text):
        words = catalog.lists.get(match[1])
        name = match[2] or (words.slot if words is not None else match[1])
        if name == slot:
            head = text[: match.start()].strip()
            return head or None, "" if "{" in head else f"{head} {{answer}}"
    return None, ""


def _titles(intent: Intent) -> list[str]:
    """Return the intent's title, and for one that sets something the other verbs for that."""
    titles = [intent.title]
    if intent.action == "set" and intent.device_title:
        titles += [f"{verb} [the] {intent.device_title}" for verb in _VERBS]
    return [title for title in titles if not set(title.split()) <= _FUNCTION_WORDS]
