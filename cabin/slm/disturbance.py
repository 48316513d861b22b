"""What people put into a sentence besides the order: names that no list holds, words around it."""

from __future__ import annotations

import random

from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog
from cabin.slm.edits import edit

__all__ = ["NameMixer", "wrap"]

_BEFORE = [
    "please",
    "please",
    "hey car",
    "ok",
    "okay",
    "hey",
    "um",
    "uh",
    "so",
    "well",
    "right",
    "now",
    "alright",
    "listen",
    "car",
    "can you",
    "could you",
    "can you please",
    "could you please",
    "would you",
    "will you",
    "would you please",
    "i want you to",
    "i'd like you to",
    "i need you to",
    "go ahead and",
    "just",
    "quickly",
    "hey can you",
    "do me a favor and",
    "if you could",
    "let's",
    "kindly",
    "oh",
    "you know what",
    "hey there",
    "actually",
    "real quick",
    "excuse me",
]
_AFTER = [
    "please",
    "please",
    "please",
    "thanks",
    "thank you",
    "now",
    "right now",
    "for me",
    "would you",
    "will you",
    "if you can",
    "if possible",
    "for a bit",
    "for us",
    "again",
    "when you can",
    "right away",
    "okay",
    "ok",
    "for a moment",
    "quickly",
    "then",
    "mate",
    "darling",
    "cheers",
    "as soon as possible",
    "if you don't mind",
]
_MOST_NAME_WORDS = 8


def wrap(sample: Sample, rng: random.Random) -> Sample:
    """Put words before or after a sentence, or both, that change nothing about what it asks for."""
    draw = rng.random()
    if draw < 0.6:
        sample = edit(sample, 0, 0, f"{_BEFORE[int(rng.random() * len(_BEFORE))]} ")
    if draw > 0.5:
        end = len(sample.text)
        sample = edit(sample, end, end, f" {_AFTER[int(rng.random() * len(_AFTER))]}")
    return sample


class NameMixer:
    """Makes names that no list holds: the beginning of one entry and the end of another."""

    def __init__(self, catalog: Catalog) -> None:
        self._halves: dict[str, tuple[list[str], list[str]]] = {}
        for word_list in catalog.lists.values():
            phrases = [p for value, said in word_list.entries.items() for p in said if p == value]
            if len(phrases) < 40:
                continue
            firsts, lasts = [], []
            for phrase in phrases:
                words = phrase.split()
                cut = (len(words) + 1) // 2
                firsts.append(" ".join(words[:cut]))
                lasts.append(" ".join(words[cut:]))
            slot_firsts, slot_lasts = self._halves.setdefault(word_list.slot, ([], []))
            slot_firsts += firsts
            slot_lasts += lasts

    def rename(self, sample: Sample, rng: random.Random) -> Sample:
        """Return the sample with one of its open slots holding a mixed name."""
        places = [
            (slot, span)
            for call in sample.calls
            for slot, span in call.spans.items()
            if slot in self._halves and isinstance(call.slots.get(slot), str)
        ]
        if not places:
            return sample
        slot, (start, end) = places[int(rng.random() * len(places))]
        firsts, lasts = self._halves[slot]
        name = f"{firsts[int(rng.random() * len(firsts))]} {lasts[int(rng.random() * len(lasts))]}".strip()
        return edit(sample, start, end, " ".join(name.split()[:_MOST_NAME_WORDS]))
