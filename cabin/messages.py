"""What travels along the chain: one frozen dataclass an arrow, with the unit in every field's name.

    Sound -> Utterance -> Transcript -> Parse -> Verdict -> Outcome -> Turn

Nothing here does any work: the parts of the chain make these, hand them on, and never change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cabin.dialog.state import Question

    Samples = NDArray[np.float32]

__all__ = [
    "SAMPLE_RATE_HZ",
    "Command",
    "Hypothesis",
    "Outcome",
    "Parse",
    "Refusal",
    "Signal",
    "SignalChange",
    "SignalValue",
    "SlotValue",
    "Sound",
    "Status",
    "Transcript",
    "Turn",
    "Utterance",
    "Verdict",
]

SAMPLE_RATE_HZ = 16_000
"""The one rate inside the chain; sources resample to it."""

SlotValue = str | float | int
"""A slot holds the words said, one of the catalog's enumerated values, or a number."""

SignalValue = bool | int | float | str
"""What a vehicle signal can hold (VSS datatypes without arrays)."""

Refusal = Literal["out_of_scope", "question", "chatter", "impossible", "unclear"]
"""Why nothing is done; docs/reference/refusals.md says what each means."""

Status = Literal["done", "answered", "confirm", "refused", "unconfirmed", "unavailable", "failed", "late"]
"""What became of one command."""


@dataclass(frozen=True)
class Sound:
    """Sound as a source gives it: mono float32 in [-1, 1] at SAMPLE_RATE_HZ."""

    samples: Samples
    """Shape (n,)."""
    source: str
    """File name, device name or "talk"."""
    clipped: bool = False
    """Whether more than a few samples stand at full scale."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Utterance:
    """One stretch of speech cut out of a sound by the endpointer, with the margins that the recognizer wants."""

    samples: Samples
    """Shape (n,), mono float32 at SAMPLE_RATE_HZ."""
    start_s: float
    """Where it begins in its source."""
    end_s: float
    """Where it ends in its source."""
    source: str
    damaged: bool = False
    """Samples were lost on the way (overflow); such an utterance moves nothing that policy calls sensitive."""


@dataclass(frozen=True)
class Hypothesis:
    """One reading of an utterance."""

    text: str
    """Lower case, no punctuation but apostrophes."""
    log_prob: float
    """Sum of the natural logarithms of the recognizer's token probabilities, and `bias`."""
    bias: float = 0.0
    """What log_prob has of a leaning to the catalog's language; 0 for its best sentence, less for other readings."""


@dataclass(frozen=True)
class Transcript:
    """What a recognizer heard; the best reading first. No hypothesis at all means: nothing was heard."""

    hypotheses: tuple[Hypothesis, ...]
    recognizer: str
    is_final: bool = True
    catalog_evidence: float | None = None
    """Natural logarithm of how much likelier the sound is as a sentence of the catalog than as any words, per token: 0
    or little less when the catalog was spoken to. None: not told, or no sentence comes near."""

    @property
    def text(self) -> str:
        """The best reading, or the empty string."""
        return self.hypotheses[0].text if self.hypotheses else ""


@dataclass(frozen=True)
class Command:
    """One typed call: an intent of the catalog with its slots."""

    intent: str
    """device.action"""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    """Calibrated probability that this is what was wanted, 0 to 1."""
    by: Literal["model", "template", "dialog"] = "model"
    """Who understood it: the language model, an exact match of a catalog's template, or the dialog out of what was said
    and done before."""
    unsure: bool = False
    """Understood, but not surely enough to act without asking back."""


@dataclass(frozen=True)
class Parse:
    """What the intent parser made of a text: commands in the order said, or the reason for none."""

    text: str
    commands: tuple[Command, ...] = ()
    refused: Refusal | None = None
    confidence: float = 1.0
    """Of the whole reading, refusals included. Where it was refused for doubt: of the reading in `doubted`."""
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by step: tokenize, prefill, decode, total."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What the confidence was computed from (cabin.slm.calibration); empty for templates."""
    doubted: tuple[Command, ...] = ()
    """What was read but refused for doubt; never acted on."""


@dataclass(frozen=True)
class Verdict:
    """What policy says of a command in the car's present state."""

    decision: Literal["allow", "confirm", "refuse"]
    reason: str = ""
    """A sentence for the driver; empty when allowed."""
    rule: str = ""
    """The name of the rule that decided, for whoever asks why."""


@dataclass(frozen=True)
class Signal:
    """The value of one vehicle signal at one time."""

    path: str
    value: SignalValue | None
    """None: the car has never told."""
    timestamp_ms: float = 0.0
    """The vehicle's own clock."""


@dataclass(frozen=True)
class SignalChange:
    """One signal that a command set: what it was, what was asked for, and what was read back."""

    path: str
    before: SignalValue | None
    target: SignalValue
    after: SignalValue | None
    confirmed: bool
    """The value read back reached the target before the deadline."""
    unit: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one command, with what is said to the driver about it."""

    command: Command
    status: Status
    reply: str
    verdict: Verdict = Verdict("allow")
    changes: tuple[SignalChange, ...] = ()
    readings: tuple[Signal, ...] = ()
    """Signals that were read to answer a question."""


@dataclass(frozen=True)
class Turn:
    """One utterance from end to end."""

    parse: Parse
    outcomes: tuple[Outcome, ...]
    reply: str
    transcript: Transcript | None = None
    utterance: Utterance | None = None
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by stage: listen, recognize, parse, policy, act, total."""
    resolved: tuple[Command, ...] = ()
    """What a short sentence or an answer became in its conversation; empty for a full sentence."""
    pending: Question | None = None
    """The question that now waits for an answer."""
