"""What happens to sentences on the way from the mind to the text: other names, typing slips, words around the order."""

from __future__ import annotations

import random
from dataclasses import replace

from cabin.catalog.sampling import Sample
from cabin.catalog.schema import Catalog

__all__ = ["NameMixer", "slip", "wrap"]

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


def wrap(text: str, rng: random.Random) -> str:
    """Put words before or after a sentence, or both, that change nothing about what it asks for."""
    draw = rng.random()
    if draw < 0.6:
        text = f"{_BEFORE[int(rng.random() * len(_BEFORE))]} {text}"
    if draw > 0.5:
        text = f"{text} {_AFTER[int(rng.random() * len(_AFTER))]}"
    return text


def slip(sample: Sample, rng: random.Random) -> str:
    """Return the text with one slip in a word that no slot copies: a letter lost, doubled or changed with the next."""
    spans = [span for call in sample.calls for span in call.spans.values()]
    at, words = 0, []
    for word in sample.text.split(" "):
        inside = any(start < at + len(word) and at < end for start, end in spans)
        if len(word) > 3 and word.isalpha() and not inside:
            words.append((at, word))
        at += len(word) + 1
    if not words:
        return sample.text
    start, word = words[int(rng.random() * len(words))]
    place = 1 + int(rng.random() * (len(word) - 2))
    draw = rng.random()
    if draw < 0.4:
        changed = word[:place] + word[place + 1 :]
    elif draw < 0.6:
        changed = word[:place] + word[place] + word[place:]
    else:
        changed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return sample.text[:start] + changed + sample.text[start + len(word) :]


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
            (at, slot, span)
            for at, call in enumerate(sample.calls)
            for slot, span in call.spans.items()
            if slot in self._halves and isinstance(call.slots.get(slot), str)
        ]
        if not places:
            return sample
        at, slot, (start, end) = places[int(rng.random() * len(places))]
        firsts, lasts = self._halves[slot]
        name = f"{firsts[int(rng.random() * len(firsts))]} {lasts[int(rng.random() * len(lasts))]}".strip()
        name = " ".join(name.split()[:_MOST_NAME_WORDS])
        shift = len(name) - (end - start)

        def moved(span: tuple[int, int]) -> tuple[int, int]:
            return (span[0] + shift, span[1] + shift) if span[0] >= end else span

        calls = []
        for index, call in enumerate(sample.calls):
            slots = {**call.slots, slot: name} if index == at else call.slots
            spans = {k: moved(span) for k, span in call.spans.items()}
            if index == at:
                spans[slot] = (start, start + len(name))
            calls.append(replace(call, slots=slots, spans=spans))
        return replace(sample, text=sample.text[:start] + name + sample.text[end:], calls=tuple(calls))
