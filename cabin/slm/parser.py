"""From a text to commands: the language model under its automaton, with the last word kept by arithmetic.

The model says which number a command takes; whether that number is in range and its unit fits is checked here.
Sentences of devices that the model was not built for are understood when one of their own templates matches exactly.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from cabin.catalog.schema import Catalog
from cabin.errors import ModelError, Problem
from cabin.messages import Command, Parse, Refusal, SlotValue
from cabin.slm.backend import InferenceBackend, InferenceBackendFactory
from cabin.slm.calibration import Calibration, read_calibration
from cabin.slm.callspec import CallSpec
from cabin.slm.decoder import MAX_STEPS, Decoded, decode
from cabin.slm.embedding import TokenTable
from cabin.slm.familiar import FamiliarWords, read_familiar_words
from cabin.slm.grammar import Call, CallGrammar, State
from cabin.slm.package import ModelInfo, read_info, verify
from cabin.slm.text import MAX_CHARACTERS, normalize
from cabin.slm.vocabulary import Reading, Vocabulary

__all__ = ["IntentParser", "TextMatcher"]

_MOST_STRANGE = 3
"""Strange words count up to this: a fourth says nothing more."""


class TextMatcher(Protocol):
    """Understands whole sentences by exact templates."""

    def match(self, text: str) -> tuple[Command, ...] | None:
        """Return the commands of a sentence, or None."""
        ...


class IntentParser:
    """Text in, commands or a reason for none out; not thread-safe."""

    def __init__(
        self,
        info: ModelInfo,
        vocabulary: Vocabulary,
        table: TokenTable,
        backend: InferenceBackend,
        *,
        spec: CallSpec | None = None,
        calibration: Calibration | None = None,
        matcher: TextMatcher | None = None,
        familiar: FamiliarWords | None = None,
    ) -> None:
        self.info = info
        self.spec = spec or info.spec
        self._grammar = CallGrammar(self.spec, vocabulary)
        self._vocabulary = vocabulary
        self._table = table
        self._backend = backend
        self._calibration = calibration or Calibration()
        self._matcher = matcher
        self._familiar = familiar

    @classmethod
    def load(
        cls,
        folder: Path,
        catalog: Catalog | None = None,
        *,
        backend: InferenceBackendFactory,
        matcher: TextMatcher | None = None,
        threads: int = 1,
        zones: tuple[float | None, float | None] = (None, None),
        calibration: Calibration | None = None,
    ) -> IntentParser:
        """Load a model folder; number ranges and units are the catalog's.

        `zones` are the confidences from which on to ask back and to act, where they are not to be the model's own;
        `calibration` stands in the place of the folder's, which is not read then.
        `backend` makes the engine, out of the plugins' registry. Raises ModelError when the folder is missing,
        truncated or altered.
        """
        from tokenizers import Tokenizer

        info = read_info(folder)
        verify(folder)
        spec = info.spec.bounded_by(CallSpec.from_catalog(catalog)) if catalog is not None else info.spec
        try:
            table = TokenTable.load(folder, kept=len(info.control))
            tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            hint = "FP32 weights run after `cabin model quantize`." if (folder / "weights.npz").is_file() else ""
            raise ModelError(Problem("the model cannot be run", str(folder), str(error), hint=hint)) from error
        vocabulary = Vocabulary(tokenizer, info.control)
        return cls(
            info,
            vocabulary,
            table,
            backend(folder, threads),
            spec=spec,
            calibration=_with_zones(calibration or read_calibration(folder), *zones),
            matcher=matcher,
            familiar=read_familiar_words(folder),
        )

    def with_calibration(self, calibration: Calibration) -> IntentParser:
        """Return a parser that shares the model but judges confidence otherwise."""
        return IntentParser(
            self.info,
            self._vocabulary,
            self._table,
            self._backend,
            spec=self.spec,
            calibration=calibration,
            matcher=self._matcher,
            familiar=self._familiar,
        )

    def parse(self, text: str) -> Parse:
        """Understand one utterance. Never raises for any text: what makes no sense is refused as `unclear`."""
        begun = time.perf_counter()
        if len(text) > MAX_CHARACTERS:
            return Parse(text, refused="unclear", ms={"total": 1e3 * (time.perf_counter() - begun)})
        reading = self._vocabulary.read(text)
        if not reading.words or len(reading.tokens) + 1 + MAX_STEPS > self.info.architecture.max_length:
            return Parse(text, refused="unclear", ms={"total": 1e3 * (time.perf_counter() - begun)})
        commands = self._matcher.match(reading.text) if self._matcher is not None else None
        if commands:
            return Parse(text, commands, ms={"total": 1e3 * (time.perf_counter() - begun)})
        decoded = decode(reading, self._grammar, self._table, self._backend)
        ms = {"prefill": decoded.prefill_ms, "decode": decoded.decode_ms, "total": 1e3 * (time.perf_counter() - begun)}
        evidence = decoded.evidence | {"strange": self._strangeness(reading, decoded.state)}
        confidence = self._calibration.confidence(evidence)
        commands, refused = self._judge(reading, decoded, confidence)
        if commands and self._calibration.zone(confidence) == "refuse":
            return Parse(text, (), self._doubt(decoded), confidence, ms, evidence, commands)
        return Parse(text, commands, refused, confidence, ms, evidence)

    def _strangeness(self, reading: Reading, state: State) -> float:
        """Return how many words outside of names were never met with these intents in training; three at most."""
        if self._familiar is None or state.refused is not None:
            return 0.0
        values = [value for call in state.calls for _, value in call.slots if isinstance(value, str)]
        copied = {word for value in values for word in normalize(value).split()}
        words = [word for word in reading.text.split() if word not in copied]
        strange = self._familiar.strange(words, [call.intent for call in state.calls])
        return float(min(len(strange), _MOST_STRANGE))

    def _judge(
        self, reading: Reading, decoded: Decoded, confidence: float
    ) -> tuple[tuple[Command, ...], Refusal | None]:
        state = decoded.state
        if state.refused is not None:
            return (), state.refused
        if not state.done:
            return (), "unclear"
        zone = self._calibration.zone(confidence)
        commands: list[Command] = []
        for call in state.calls:
            slots = self._slots(call, reading)
            if isinstance(slots, str):
                return (), slots
            command = Command(call.intent, slots, confidence, unsure=zone == "confirm")
            if not any(known.intent == command.intent and known.slots == slots for known in commands):
                commands.append(command)
        return tuple(commands), None

    def _doubt(self, decoded: Decoded) -> Refusal:
        """Return why an unsure reading is refused: the refusal that the model nearly chose, else that it is unclear."""
        name = self._vocabulary.name(decoded.choices[0].runner_up)
        kind, _, reason = name.partition(":")
        return cast(Refusal, reason) if kind == "refuse" else "unclear"

    def _slots(self, call: Call, reading: Reading) -> dict[str, SlotValue] | Refusal:
        """Return the slots with their unit; or the refusal when a number is out of range or its unit does not fit."""
        slots = dict(call.slots)
        row = {slot.name: slot for slot in self.spec.slots[call.intent]}
        units = self.spec.units.get(call.intent, ())
        for name, k in call.pointers:
            number = reading.numbers[k]
            if not row[name].minimum <= number.value <= row[name].maximum:
                return "impossible"
            if number.unit in units:
                slots["unit"] = number.unit
            elif number.unit == "percent" and not units and row[name].maximum == 100:
                continue  # without units a number up to 100 is percent already
            elif number.unit is not None and (units or number.unit != "level"):
                return "unclear"  # a bare number counts levels: "two notches more fan"
        missing = [slot.name for slot in row.values() if slot.required and slot.name not in slots]
        return "unclear" if missing else slots


def _with_zones(calibration: Calibration, confirm: float | None, act: float | None) -> Calibration:
    """Return the calibration with other borders; `act` is never below `confirm`."""
    confirm = calibration.confirm if confirm is None else confirm
    act = max(confirm, calibration.act if act is None else act)
    return replace(calibration, confirm=confirm, act=act)
