"""A catalog in memory: frozen, checked, no trace of YAML. docs/reference/catalog-format.md is its written form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cabin.messages import Refusal, SignalValue, SlotValue

__all__ = [
    "Case",
    "Catalog",
    "Combination",
    "Intent",
    "Place",
    "RefusalGroup",
    "SentenceGroup",
    "SignalSpec",
    "Slot",
    "WordList",
]


@dataclass(frozen=True)
class Place:
    """Where something is written: for error messages."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Slot:
    """What an intent takes.

    choice: one of `values`. number: a number said in the utterance, between `minimum` and `maximum`, or one of `values`
    ("max", "min"). open: words copied from the utterance. unit: never said alone, it is what stands beside the number.
    """

    name: str
    kind: Literal["choice", "number", "open", "unit"]
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False


@dataclass(frozen=True)
class SentenceGroup:
    """Templates (hassil's language) that mean the same intent with the same fixed slots."""

    slots: Mapping[str, SlotValue]
    """Fixed values. What a {list} of the template says fills its slot by itself."""
    templates: tuple[str, ...]
    where: Place


@dataclass(frozen=True)
class Case:
    """One way of acting; the first whose conditions hold is taken."""

    when: Mapping[str, SlotValue]
    """Slot -> value it must have; "given" and "missing" are the two words for any and none."""
    set: Mapping[str, Any]
    """Signal path, perhaps with {place} -> expression (docs/reference/catalog-format.md, "Expressions")."""
    read: tuple[str, ...] = ()
    """Signal paths that a question reads."""
    reply: str | None = None
    action: str | None = None
    """The name of a Python action that a plugin registered."""


@dataclass(frozen=True)
class Intent:
    """One thing that can be asked for."""

    name: str
    """device.action"""
    title: str
    """A verb phrase for help and confirmation: "open the window"."""
    slots: Mapping[str, Slot]
    cases: tuple[Case, ...]
    policy: str
    """The name of a rule set in policy.yaml: "free", "confirm", "standstill", ..."""
    reply: str
    sentences: tuple[SentenceGroup, ...]
    where: Place
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of slot position -> path fragments for {place}; key "default" when no position is said."""
    plugin: str = ""
    device_title: str = ""
    """What replies call the device: "window"."""
    essential: bool = False
    """Done even when the service is overloaded and does little else (cabin.budget.allowed)."""

    @property
    def device(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]

    @property
    def action(self) -> str:
        """The part after the dot."""
        return self.name.partition(".")[2]

    @property
    def only_reads(self) -> bool:
        """Whether it tells something and changes nothing."""
        return not any(case.set or case.action for case in self.cases)


@dataclass(frozen=True)
class SignalSpec:
    """One vehicle signal that a catalog reads or writes."""

    path: str
    kind: Literal["actuator", "sensor", "attribute"]
    datatype: str
    """VSS: boolean, uint8 ... int32, float, double, string."""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    is_standard: bool = True
    """Whether the path stands in the COVESA VSS; else it is this plugin's overlay."""
    initial: SignalValue | None = None
    rate_per_s: float | None = None
    """How fast the simulated actuator moves, in its unit; None: at once."""
    levels: int | None = None
    """Steps that the signal is spoken of in: level n (or a bare number up to `levels`) is n / levels of `maximum`."""
    says: Mapping[str, str] = field(default_factory=dict)
    """How replies say a value: "true" -> "locked", "BEAM" -> "on"."""
    where: Place | None = None


@dataclass(frozen=True)
class Combination:
    """Templates of several commands in one breath."""

    calls: tuple[tuple[str, Mapping[str, SlotValue]], ...]
    """Intent and slots; a slot that the sentence fills holds "{list}" or "{list:slot}", as the templates write it."""
    templates: tuple[str, ...]
    where: Place


@dataclass(frozen=True)
class RefusalGroup:
    """Templates of what must not be acted on."""

    reason: Refusal
    templates: tuple[str, ...]
    where: Place


@dataclass(frozen=True)
class WordList:
    """What may stand in a {list} of a template: the value it gives -> the ways to say it."""

    name: str
    entries: Mapping[str, tuple[str, ...]]
    slot: str
    """The slot it fills when the template does not say."""


@dataclass(frozen=True)
class Catalog:
    """Everything that can be said, from all plugins loaded."""

    intents: Mapping[str, Intent]
    signals: Mapping[str, SignalSpec]
    lists: Mapping[str, WordList]
    combinations: tuple[Combination, ...] = ()
    refusals: tuple[RefusalGroup, ...] = ()
    """Combinations, refusals and most sentences are only loaded for building a model."""
