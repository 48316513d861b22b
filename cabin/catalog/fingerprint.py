"""What a model was built for, and how a catalog differs from it.

Only what the model writes counts: intents, their slots, and the values and words of these. Ranges, sentences, replies
and signals may change without a new model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cabin.catalog.schema import Catalog
from cabin.errors import ModelError, ModelMismatchError, Problem

__all__ = ["FORMAT", "Difference", "check", "compare", "describe"]

FORMAT = 1
"""Version of the description."""

_HINT = "Rebuild it with `cabin model build`, or load the plugins that it was built with."


@dataclass(frozen=True)
class Difference:
    """How a catalog differs from the one that a model was built for."""

    added: tuple[str, ...] = ()
    """Intents that the model does not know: their sentences work by template only, until the model is built again."""
    missing: tuple[str, ...] = ()
    """Intents that the model knows and the catalog has not: understood, but unavailable."""
    harmful: tuple[str, ...] = ()
    """What the model would get wrong, one clause each: slots or values added or removed in an intent that both know."""

    @property
    def is_harmless(self) -> bool:
        """Whether the model may be used with the catalog."""
        return not self.harmful


def describe(catalog: Catalog) -> dict[str, Any]:
    """Return what a model built for the catalog must know, ready for JSON."""
    intents = {
        name: {slot.name: {"kind": slot.kind, "values": list(slot.values)} for slot in intent.slots.values()}
        for name, intent in catalog.intents.items()
    }
    return {"format": FORMAT, "intents": intents}


def compare(model: Mapping[str, Any], catalog: Catalog) -> Difference:
    """Return how `catalog` differs from a model's description. Raises ModelError when that is no description."""
    known = _intents_of(model)
    now = _intents_of(describe(catalog))
    harmful = [trouble for name in known if name in now for trouble in _differences(name, known[name], now[name])]
    return Difference(
        tuple(name for name in now if name not in known),
        tuple(name for name in known if name not in now),
        tuple(harmful),
    )


def check(model: Mapping[str, Any], catalog: Catalog, where: str = "") -> Difference:
    """Return the difference if it is harmless. Raises ModelMismatchError, told in full; `where` names the model."""
    difference = compare(model, catalog)
    if difference.harmful:
        raise ModelMismatchError(
            [
                Problem(f"the model was built for another catalog: {clause}", where, hint=_HINT)
                for clause in difference.harmful
            ]
        )
    return difference


def _intents_of(model: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, frozenset[str]]]]:
    if model.get("format") != FORMAT:
        problem = Problem(
            "the model's fingerprint has another format", "", repr(model.get("format")), str(FORMAT), _HINT
        )
        raise ModelMismatchError(problem)
    try:
        return {
            name: {slot: (str(form["kind"]), frozenset(map(str, form["values"]))) for slot, form in slots.items()}
            for name, slots in model["intents"].items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelError(Problem("the model's fingerprint is damaged", seen=repr(error), hint=_HINT)) from error


def _differences(
    name: str, known: Mapping[str, tuple[str, frozenset[str]]], now: Mapping[str, tuple[str, frozenset[str]]]
) -> list[str]:
    clauses = [f"{name} has no slot {slot!r} now" for slot in known if slot not in now]
    clauses += [f"{name} has a new slot {slot!r}" for slot in now if slot not in known]
    for slot in known:
        if slot not in now:
            continue
        (old_kind, old_values), (new_kind, new_values) = known[slot], now[slot]
        if old_kind != new_kind:
            clauses.append(f"slot {slot!r} of {name} was {old_kind} and is {new_kind}")
        for what, values in (("a new value", new_values - old_values), ("no value", old_values - new_values)):
            clauses += [f"slot {slot!r} of {name} has {what} {value!r}" for value in sorted(values)]
    return clauses
