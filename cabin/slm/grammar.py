"""The automaton that the decoder walks: it names the tokens that can follow, so that only valid calls can be written.

    start -> device -> action -> slots* -> and -> device ...
          `-> refuse                    `-> end

Slots come in the specification's order. A choice is one token; a number is one token that points at a number of the
utterance; an open slot is a run of the utterance's own tokens, from a word's beginning to a word's end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

from cabin.messages import Refusal, SlotValue
from cabin.slm.callspec import CallSpec, SlotSpec
from cabin.slm.vocabulary import REFUSALS, Reading, Vocabulary

__all__ = ["MAX_CALLS", "Call", "CallGrammar", "State"]

MAX_CALLS = 4
"""Commands in one utterance."""


@dataclass(frozen=True)
class Call:
    """One call as it was written. A number is held as the index of the number in the utterance."""

    intent: str
    slots: tuple[tuple[str, SlotValue], ...] = ()
    pointers: tuple[tuple[str, int], ...] = ()
    """Slot -> which of the utterance's numbers it holds."""


@dataclass(frozen=True)
class State:
    """Where the automaton stands."""

    calls: tuple[Call, ...] = ()
    """Calls begun; the last may be unfinished."""
    device: str | None = None
    next_slot: int = 0
    copying: str | None = None
    heads: tuple[tuple[int, int], ...] = ()
    """While copying: (first word, next token index) of every place in the utterance that fits what was copied."""
    refused: Refusal | None = None
    done: bool = False
    phase: str = field(default="start")


class CallGrammar:
    """The automaton of a specification. It holds no state: `start`, `allowed` and `advance` are pure."""

    def __init__(self, spec: CallSpec, vocabulary: Vocabulary) -> None:
        self.spec = spec
        self.vocabulary = vocabulary
        ids = vocabulary.ids
        self._devices: dict[str, list[int]] = {}
        for intent in spec.slots:
            device, _, action = intent.partition(".")
            self._devices.setdefault(device, []).append(ids[f"action:{action}"])
        self._device_tokens = [ids[f"device:{device}"] for device in self._devices]
        self._refusal_tokens = [ids[f"refuse:{reason}"] for reason in REFUSALS]
        self.refusals = frozenset(self._refusal_tokens)
        """The tokens that refuse."""
        self._plain = {intent: [self._plain_tokens(slot) for slot in row] for intent, row in spec.slots.items()}

    def _plain_tokens(self, slot: SlotSpec) -> list[int]:
        """Tokens that begin a slot whatever the utterance: choices, words beside numbers, implied values."""
        return [self.vocabulary.ids[f"{slot.name}={value}"] for value in slot.values]

    def start(self) -> State:
        """Return the state before the first token."""
        return State()

    def allowed(self, state: State, reading: Reading) -> list[int]:
        """Return the tokens that may follow, without repetition; empty when the writing is done."""
        if state.done:
            return []
        if state.phase == "start":
            return self._device_tokens + self._refusal_tokens
        if state.phase == "and":
            return self._device_tokens
        if state.phase == "device":
            return self._devices[cast(str, state.device)]
        tokens: dict[int, None] = {}
        may_leave = True
        if state.copying is not None:
            ends = set(reading.word_starts) | {len(reading.tokens)}
            tokens.update((reading.tokens[at], None) for _, at in state.heads if at < len(reading.tokens))
            may_leave = state.phase == "copied" and any(at in ends for _, at in state.heads)
        if may_leave:
            tokens.update((token, None) for token in self._slot_tokens(state, reading))
        return list(tokens)

    def _slot_tokens(self, state: State, reading: Reading) -> list[int]:
        intent = state.calls[-1].intent
        tokens: list[int] = []
        for at in range(state.next_slot, len(self.spec.slots[intent])):
            slot = self.spec.slots[intent][at]
            tokens += self._plain[intent][at]
            if slot.kind == "number":
                tokens += [self.vocabulary.ids[f"{slot.name}#{k}"] for k in range(len(reading.numbers))]
            elif slot.kind == "open" and reading.words:
                tokens.append(self.vocabulary.ids[f"open:{slot.name}"])
            if slot.required and tokens:
                return tokens
        if len(state.calls) < MAX_CALLS:
            tokens.append(self.vocabulary.ids["and"])
        return [*tokens, self.vocabulary.ids["end"]]

    def advance(self, state: State, token: int, reading: Reading) -> State:
        """Return the state after `token`, which must be among `allowed`; ValueError for words where none can stand."""
        if state.copying is not None and token < self.vocabulary.text_size:
            return self._copy(state, token, reading)
        if token < self.vocabulary.text_size:
            raise ValueError(f"token {token} cannot follow here")
        if state.copying is not None:
            state = self._close(state, reading)
        name = self.vocabulary.name(token)
        if name == "end":
            return replace(state, done=True, phase="end")
        if name == "and":
            return replace(state, phase="and", device=None, next_slot=0)
        kind, _, rest = name.partition(":")
        if kind == "refuse":
            return replace(state, refused=cast(Refusal, rest), done=True, phase="end")
        if kind == "device":
            return replace(state, device=rest, phase="device")
        if kind == "action":
            return replace(state, calls=(*state.calls, Call(f"{state.device}.{rest}")), phase="slots", next_slot=0)
        return self._slot(state, name, reading)

    def _slot(self, state: State, name: str, reading: Reading) -> State:
        call = state.calls[-1]
        slot = name.removeprefix("open:").partition("=")[0].partition("#")[0]
        row = self.spec.slots[call.intent]
        at = next(at for at, spec in enumerate(row) if spec.name == slot)
        state = replace(state, next_slot=at + 1, phase="slots")
        if name.startswith("open:"):
            heads = tuple(enumerate(reading.word_starts))
            return replace(state, copying=slot, heads=heads, phase="copying")
        if "=" in name:
            return self._put(state, replace(call, slots=(*call.slots, (slot, name.partition("=")[2]))))
        k = int(name.partition("#")[2])
        value = reading.numbers[k].value
        number: SlotValue = int(value) if value == int(value) else value
        return self._put(
            state, replace(call, slots=(*call.slots, (slot, number)), pointers=(*call.pointers, (slot, k)))
        )

    def _put(self, state: State, call: Call) -> State:
        return replace(state, calls=(*state.calls[:-1], call))

    def _copy(self, state: State, token: int, reading: Reading) -> State:
        heads = tuple(
            (first, at + 1) for first, at in state.heads if at < len(reading.tokens) and reading.tokens[at] == token
        )
        if not heads:
            raise ValueError(f"token {token} does not continue a copy")
        return replace(state, heads=heads, phase="copied")

    def _close(self, state: State, reading: Reading) -> State:
        """End an open slot: the first place of the utterance that fits is what was copied."""
        ends = {start: at for at, start in enumerate(reading.word_starts)} | {len(reading.tokens): len(reading.words)}
        first, stop = next((first, ends[at]) for first, at in state.heads if at in ends)
        call = state.calls[-1]
        words = reading.phrase(first, stop)
        return replace(
            self._put(state, replace(call, slots=(*call.slots, (cast(str, state.copying), words)))),
            copying=None,
            heads=(),
        )
