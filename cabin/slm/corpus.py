"""Training text: an endless, seeded stream of sentences from a catalog, with what each asks for and where it is from.

The catalog's patterns are the matter; here they are mixed, joined, wrapped in small talk and slips, and their open
slots are filled with names that no list holds, so that the model learns to copy and not to remember.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from cabin.catalog.sampling import Sample, Sampler
from cabin.catalog.schema import Catalog
from cabin.errors import CatalogError, Problem
from cabin.messages import SlotValue
from cabin.slm.disturbance import NameMixer, wrap
from cabin.slm.examples import Example
from cabin.slm.misheard import Listener
from cabin.slm.numbers import find_numbers
from cabin.slm.slips import Typist
from cabin.slm.spoken_numbers import say_likely_number
from cabin.slm.text import normalize
from cabin.slm.vocabulary import POSSESSIVE

__all__ = ["Corpus", "Split"]

Split = Literal["train", "held_back"]

_HELD_BACK_ONE_IN = 40
_SHARES = {"command": 0.56, "joined": 0.04, "combined": 0.06, "refusal": 0.34}
"""How much of the text is what; joined: two commands put together here, combined: written as one."""
_REASONS = {"out_of_scope": 0.46, "question": 0.22, "chatter": 0.19, "unclear": 0.09, "impossible": 0.04}
_BREADTH = 0.7
"""An intent is drawn by its number of patterns to this power: between all intents alike (0) and all patterns alike (1).

What people ask for in many words (places, music, the weather) has most patterns; at 0.5 those were seen too seldom.
"""
_JOINTS = (
    "and",
    "and",
    "and",
    "and then",
    "then",
    "and also",
    "also",
    "plus",
    "",
    "while you're at it",
    "and could you",
)
_WRAPPED, _SLIPPED, _RENAMED = 0.22, 0.15, 0.35
_MISHEARD = 0.095
"""Tried; about two in three have words that the recognizer is known to mishear."""
_LONGEST = 60
"""Words; a longer sentence is drawn again."""


@dataclass(frozen=True)
class _Pattern:
    draw: Callable[[random.Random], Sample]
    template: str
    where: str
    device: str = ""


class _Deck:
    """Groups of patterns; a group is drawn by its weight, then its patterns in turn, shuffled anew each round.

    So no pattern comes again before all others of its group were there, and none is left out by chance.
    """

    def __init__(self, groups: Mapping[str, tuple[float, list[_Pattern]]]) -> None:
        self._names = list(groups)
        self._weights = [weight for weight, _ in groups.values()]
        self._patterns = {name: patterns for name, (_, patterns) in groups.items()}
        self._left: dict[str, list[_Pattern]] = {}

    def __bool__(self) -> bool:
        return bool(self._names)

    def deal(self, rng: random.Random) -> _Pattern:
        name = rng.choices(self._names, self._weights)[0]
        left = self._left.get(name)
        if not left:
            left = self._left[name] = rng.sample(self._patterns[name], len(self._patterns[name]))
        return left.pop()


class Corpus:
    """All patterns of a catalog that was loaded with its sentences."""

    def __init__(self, catalog: Catalog, *, seed: int = 0) -> None:
        self._catalog = catalog
        self._sampler = Sampler(catalog, say_likely_number)
        self._names = NameMixer(catalog)
        self._typist = Typist(catalog)
        self._listener = Listener(catalog)
        self._seed = seed
        self._commands = self._command_patterns()
        self._combined = self._combined_patterns()
        self._refusals = self._refusal_patterns()
        groups = (*self._commands.values(), self._combined, *self._refusals.values())
        self._all = [pattern for group in groups for pattern in group]

    @property
    def patterns(self) -> int:
        """How many sentence patterns there are."""
        return len(self._all)

    @property
    def digest(self) -> str:
        """SHA-256 over all patterns: two catalogs of the same sentences have the same."""
        whole = "\n".join(sorted(f"{p.device}\t{p.template}" for p in self._all))
        return hashlib.sha256(whole.encode()).hexdigest()

    def stream(self, split: Split, seed: int) -> Iterator[Example]:
        """Yield sentences without end; the same split and seed give the same ones.

        Held-back patterns are never in "train". Raises CatalogError when the split has no pattern at all.
        """
        rng = random.Random(f"{self._seed}/{split}/{seed}")
        decks = self._decks(split)
        decks["joined"] = decks["command"]
        shares = {kind: share for kind, share in _SHARES.items() if decks[kind]}
        if not shares:
            what = f"the catalog has too few sentences: none is {split.replace('_', ' ')}"
            raise CatalogError(Problem(what, hint="Write more sentences, each worded in another way."))
        names, weights = list(shares), list(shares.values())
        while True:
            kind = rng.choices(names, weights)[0]
            draw = self._joined if kind == "joined" else self._one
            example = draw(decks[kind], rng)
            if example is not None and 0 < len(example.text.split()) <= _LONGEST:
                yield example

    def _command_patterns(self) -> dict[str, list[_Pattern]]:
        found: dict[str, list[_Pattern]] = {}
        for name, intent in self._catalog.intents.items():
            for group in intent.sentences:
                for template in dict.fromkeys(group.templates):
                    draw = partial(self._sampler.template, intent, template, group.slots)
                    found.setdefault(name, []).append(_Pattern(draw, template, str(group.where), intent.device))
        return found

    def _combined_patterns(self) -> list[_Pattern]:
        found = []
        for item in self._catalog.combinations:
            for template in dict.fromkeys(item.templates):
                one = replace(item, templates=(template,))
                found.append(_Pattern(partial(self._sampler.combination, one), template, str(item.where)))
        return found

    def _refusal_patterns(self) -> dict[str, list[_Pattern]]:
        """Return patterns by "reason:folder": a stranger's few refusals must not drown in the first-party ones."""
        found: dict[str, list[_Pattern]] = {}
        for group in self._catalog.refusals:
            for template in dict.fromkeys(group.templates):
                one = replace(group, templates=(template,))
                pattern = _Pattern(partial(self._sampler.refusal, one), template, str(group.where))
                found.setdefault(f"{group.reason}:{group.where.file.parent}", []).append(pattern)
        return found

    def _decks(self, split: Split) -> dict[str, _Deck]:
        """Return what can be drawn: per kind the decks of its groups, those without a pattern of the split left out.

        A catalog of so few patterns that no command is held back has other sentences of the same ones held back:
        measured and calibrated on refusals alone, its model would be taken for one that understands nothing.
        """

        def deck(groups: Mapping[str, list[_Pattern]], weight: Callable[[str, int], float]) -> _Deck:
            sides = {name: self._side(patterns, split) for name, patterns in groups.items()}
            if groups is self._commands and self._refusals and not any(sides.values()):
                sides = dict(groups)
            return _Deck({name: (weight(name, len(side)), side) for name, side in sides.items() if side})

        return {
            "command": deck(self._commands, lambda _, size: size**_BREADTH),
            "combined": deck({"combined": self._combined}, lambda *_: 1.0),
            "refusal": deck(self._refusals, self._refusal_weight),
        }

    def _refusal_weight(self, name: str, _size: int) -> float:
        """Return the share of the reason, parted among the folders by the square root of what each has."""
        reason = name.partition(":")[0]
        total = sum(len(group) ** 0.5 for key, group in self._refusals.items() if key.partition(":")[0] == reason)
        share: float = _REASONS[reason] * len(self._refusals[name]) ** 0.5 / total
        return share

    def _side(self, patterns: list[_Pattern], split: Split) -> list[_Pattern]:
        return [p for p in patterns if _is_held_back(p.template) == (split == "held_back")]

    def _one(self, deck: _Deck, rng: random.Random) -> Example:
        pattern = deck.deal(rng)
        return self._finish(pattern, pattern.draw(rng), rng)

    def _joined(self, deck: _Deck, rng: random.Random) -> Example | None:
        first, second = deck.deal(rng), deck.deal(rng)
        if first.device == second.device:
            return None
        one, two = (self._finish(part, part.draw(rng), rng, plain=True) for part in (first, second))
        joint = _JOINTS[int(rng.random() * len(_JOINTS))]
        text = " ".join(part for part in (one.text, joint, two.text) if part)
        return Example(text, one.calls + two.calls, None, f"{first.template} + {second.template}", first.where)

    def _finish(self, pattern: _Pattern, sample: Sample, rng: random.Random, plain: bool = False) -> Example:
        """Rename, wrap, mistype or mishear, and normalize a sample."""
        if rng.random() < _RENAMED:
            sample = self._names.rename(sample, rng)
        if not plain:
            if rng.random() < _WRAPPED:
                sample = wrap(sample, rng)
            draw = rng.random()
            if draw < _SLIPPED:
                sample = self._typist.mistype(sample, rng)
            elif draw < _SLIPPED + _MISHEARD:
                sample = self._listener.mishear(sample, rng)
        text = normalize(sample.text)
        calls = tuple((call.intent, self._slots(call.intent, call.slots, text)) for call in sample.calls)
        return Example(text, calls, sample.refused, pattern.template, pattern.where)

    def _slots(self, intent: str, slots: Mapping[str, SlotValue], text: str) -> dict[str, SlotValue]:
        """Return the slots as the parser will: open ones normalized, a number with the unit that stands beside it."""
        known = self._catalog.intents[intent].slots
        out: dict[str, SlotValue] = {}
        for name, value in slots.items():
            kind = known[name].kind
            if kind == "open":
                out[name] = normalize(str(value))
            elif kind != "unit":
                out[name] = value
            if kind == "number" and not isinstance(value, str) and "unit" in known:
                words = POSSESSIVE.sub(r"\1 's", text).split()
                units = [n.unit for n in find_numbers(words) if abs(n.value - value) < 1e-6]
                if units and units[0] in known["unit"].values:
                    out["unit"] = str(units[0])
        return out


def _is_held_back(template: str) -> bool:
    return int(hashlib.md5(template.encode(), usedforsecurity=False).hexdigest(), 16) % _HELD_BACK_ONE_IN == 0
