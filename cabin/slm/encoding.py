"""From calls to the tokens that the model should write: what training learns, and the inverse of the automaton."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cabin.messages import SlotValue
from cabin.slm.callspec import CallSpec, SlotSpec
from cabin.slm.vocabulary import Reading, Vocabulary

__all__ = ["EncodingError", "encode_calls", "encode_refusal"]


class EncodingError(ValueError):
    """Calls that cannot be written for this utterance: a name or a number that was not said, an unknown slot."""


def encode_refusal(reason: str, vocabulary: Vocabulary) -> list[int]:
    """Return the token of a refusal."""
    return [vocabulary.ids[f"refuse:{reason}"]]


def encode_calls(
    calls: Sequence[tuple[str, Mapping[str, SlotValue]]], reading: Reading, spec: CallSpec, vocabulary: Vocabulary
) -> list[int]:
    """Return the tokens of calls. Raises EncodingError."""
    ids, tokens = vocabulary.ids, []
    taken: set[int] = set()
    for at, (intent, slots) in enumerate(calls):
        if intent not in spec.slots:
            raise EncodingError(f"unknown intent {intent}")
        tokens += [ids["and"]] if at else []
        device, _, action = intent.partition(".")
        tokens += [ids[f"device:{device}"], ids[f"action:{action}"]]
        known = {slot.name for slot in spec.slots[intent]} | {"unit"}
        if slots.keys() - known:
            raise EncodingError(f"{intent} has no slot {sorted(slots.keys() - known)}")
        for slot in spec.slots[intent]:
            if slot.name in slots:
                tokens += _slot(slot, slots[slot.name], reading, vocabulary, taken)
    return [*tokens, ids["end"]]


def _slot(slot: SlotSpec, value: SlotValue, reading: Reading, vocabulary: Vocabulary, taken: set[int]) -> list[int]:
    name = f"{slot.name}={value}"
    if slot.kind == "number" and not isinstance(value, str):
        fits = [k for k, number in enumerate(reading.numbers) if abs(number.value - value) < 1e-6]
        k = next((k for k in fits if k not in taken), fits[0] if fits else None)
        if k is None:
            raise EncodingError(f"{slot.name} {value} was not said")
        taken.add(k)
        return [vocabulary.ids[f"{slot.name}#{k}"]]
    if slot.kind == "open":
        words = vocabulary.read(str(value)).words
        for first in range(len(reading.words) - len(words) + 1):
            if words and reading.words[first : first + len(words)] == words:
                return [vocabulary.ids[f"open:{slot.name}"], *reading.token_span(first, first + len(words))]
    if name not in vocabulary.ids or str(value) not in slot.values:
        raise EncodingError(f"{slot.name} cannot hold {value!r}")
    return [vocabulary.ids[name]]
