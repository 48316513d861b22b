"""Sentences that two intents claim: each one would teach the model two things at once.

Every template is expanded, its {lists} kept as they stand; two claims on the same words are an ambiguity when the
calls differ. A template with more expansions than the cap is sampled instead, so what is found is certain and what is
not found is not proven; the templates written in practice stay far below the cap.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cabin.catalog.references import slot_name_of
from cabin.catalog.sampling import expand
from cabin.catalog.schema import Catalog, Place
from cabin.catalog.template_tree import Reference, parse_template
from cabin.errors import Problem
from cabin.messages import SlotValue

if TYPE_CHECKING:
    from hassil.expression import Expression

__all__ = ["Ambiguity", "Claim", "expansions", "find_ambiguities"]

DEFAULT_CAP = 2000
_SEED = 7


@dataclass(frozen=True)
class Claim:
    """Who says that a sentence is theirs."""

    what: str
    """An intent, several joined by "+", or "refused: REASON"."""
    slots: tuple[tuple[str, SlotValue], ...]
    """Fixed slots, and the slots that lists fill as "{list}"."""
    template: str
    where: Place

    @property
    def meaning(self) -> tuple[str, tuple[tuple[str, SlotValue], ...]]:
        """What two claims must share to agree."""
        return self.what, self.slots

    def __str__(self) -> str:
        slots = ", ".join(f"{name}={value}" for name, value in self.slots)
        return f"{self.what}({slots}) at {self.where} by {self.template!r}"


@dataclass(frozen=True)
class Ambiguity:
    """One sentence with two meanings."""

    sentence: str
    first: Claim
    second: Claim

    @property
    def is_between_intents(self) -> bool:
        """Whether the intents differ, not just the slots."""
        return self.first.what != self.second.what

    def problem(self) -> Problem:
        """Return it as a mistake of the catalog."""
        hint = f"It is also {self.first}; take it out of one."
        return Problem(f"{self.sentence!r} has two meanings: {self.second}", str(self.second.where), hint=hint)


def find_ambiguities(catalog: Catalog, *, within_intents: bool = False, cap: int = DEFAULT_CAP) -> list[Ambiguity]:
    """Return the sentences that two claims want, the first two claims of each, in the order of the catalog.

    `within_intents` also tells sentences that one intent claims with different slots. `cap` bounds the expansions of
    one template. Load the catalog with its sentences, or only those of the device files are compared.
    """
    owners: dict[str, Claim] = {}
    found: dict[str, Ambiguity] = {}
    for claim in _claims(catalog):
        for sentence in expansions(claim.template, cap):
            first = owners.setdefault(sentence, claim)
            if first is claim or sentence in found:
                continue
            mine, theirs = _meaning(claim, sentence, catalog), _meaning(first, sentence, catalog)
            if mine != theirs and (within_intents or mine[0] != theirs[0]):
                found[sentence] = Ambiguity(sentence, first, claim)
    return list(found.values())


def _claims(catalog: Catalog) -> Iterator[Claim]:
    for name, intent in catalog.intents.items():
        for group in intent.sentences:
            fixed = tuple(sorted(group.slots.items()))
            for template in group.templates:
                yield Claim(name, fixed, template, group.where)
    for item in catalog.combinations:
        what = "+".join(name for name, _ in item.calls)
        slots = tuple((f"{name}.{slot}", value) for name, pairs in item.calls for slot, value in sorted(pairs.items()))
        for template in item.templates:
            yield Claim(what, slots, template, item.where)
    for refusal in catalog.refusals:
        for template in refusal.templates:
            yield Claim(f"refused: {refusal.reason}", (), template, refusal.where)


def _meaning(claim: Claim, sentence: str, catalog: Catalog) -> tuple[str, Mapping[str, SlotValue]]:
    """Return the call that a claim's sentence means: fixed slots, and "{list}" for those that the sentence fills."""
    slots = dict(claim.slots)
    intent = catalog.intents.get(claim.what)
    if intent is not None:
        for reference in (piece for piece in parse_references(claim.template) if str(piece) in sentence):
            slots[slot_name_of(reference, catalog.lists)] = str(reference)
    return claim.what, slots


@cache
def parse_references(template: str) -> tuple[Reference, ...]:
    """Return the references of a template."""
    from cabin.catalog.template_tree import shape_of

    return tuple(shape_of(template).counts)


def expansions(template: str, cap: int = DEFAULT_CAP) -> Iterator[str]:
    """Yield a template's sentences, {lists} as written, spaces closed; a random choice of `cap` when there are more."""
    if not any(sign in template for sign in "([|;<"):
        yield " ".join(template.split())
        return
    expression = parse_template(template).expression
    if _count(expression) <= cap:
        texts: Iterator[str] = ("".join(pieces) for pieces in _enumerate(expression))
    else:
        rng = random.Random(_SEED)
        texts = ("".join([str(piece) for piece in expand(template, rng)]) for _ in range(cap))
    yield from dict.fromkeys(" ".join(text.split()) for text in texts)


def _count(expression: Expression) -> int:
    from hassil import expression as tree

    if not isinstance(expression, tree.Group):
        return 1
    counts = [_count(item) for item in expression.items]
    if isinstance(expression, tree.Alternative):
        return sum(counts)
    total = 1
    for index, count in enumerate(counts, start=1):
        total *= count * (index if isinstance(expression, tree.Permutation) else 1)
    return total


def _enumerate(expression: Expression) -> Iterator[tuple[str, ...]]:
    from hassil import expression as tree

    if isinstance(expression, tree.TextChunk):
        yield (expression.original_text,)
    elif isinstance(expression, tree.ListReference):
        yield (str(Reference(expression.list_name, expression.slot_name)),)
    elif isinstance(expression, tree.Alternative):
        for item in expression.items:
            yield from _enumerate(item)
    elif isinstance(expression, tree.Group):
        is_free = isinstance(expression, tree.Permutation)
        orders = itertools.permutations(expression.items) if is_free else iter([tuple(expression.items)])
        for items in orders:
            for parts in itertools.product(*(list(_enumerate(item)) for item in items)):
                yield tuple(itertools.chain.from_iterable(parts))
