"""Commands, sentences and writes drawn at random from a catalog."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cabin.dialog.phrases import expansions
from cabin.messages import Command

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent, SignalSpec, Slot
    from cabin.messages import SignalValue, SlotValue

__all__ = ["CommandDraw"]

_WORDS = ("tom", "home", "jazz", "running late", "main street")
_SENTENCES_OF_INTENT = 4


class CommandDraw:
    """Draws from one catalog and one car."""

    def __init__(
        self,
        catalog: Catalog,
        draw: random.Random,
        signals: Mapping[str, SignalSpec],
        favoured: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        """`favoured`: paths that every other write is drawn from."""
        self._catalog, self._draw = catalog, draw
        self._acting = [intent for intent in catalog.intents.values() if intent.device != "assistant"]
        self.intents = tuple(intent.name for intent in self._acting if not intent.only_reads)
        """Those that change something."""
        self._strict = [intent for intent in self._acting if intent.policy == "confirm"] or self._acting
        self._actuators = [spec for spec in signals.values() if spec.kind == "actuator"]
        self._favoured = [spec for spec in self._actuators if favoured(spec.path)] or self._actuators
        self._sentences: list[str] = []
        self._writers: dict[tuple[str, Any], tuple[str, ...]] = {}

    def command(self) -> Command:
        """Return any command but those to the dialog itself."""
        return self._command(self._draw.choice(self._acting))

    def asked_about(self) -> Command:
        """Return one of those that want a yes."""
        return self._command(self._draw.choice(self._strict))

    def sentence(self) -> str:
        """Return a sentence of the catalog, without numbers and names."""
        if not self._sentences:
            for intent in self._acting:
                plain = [
                    text
                    for group in intent.sentences
                    for template in group.templates[:2]
                    if "{" not in template and "<" not in template
                    for text in sorted(expansions(template))[:2]
                ]
                self._sentences += plain[:_SENTENCES_OF_INTENT]
        return self._draw.choice(self._sentences)

    def write(self) -> tuple[str, SignalValue]:
        """Return an actuator and a value that it can hold."""
        spec = self._draw.choice(self._favoured if self._draw.random() < 0.5 else self._actuators)
        if spec.datatype == "boolean":
            return spec.path, self._draw.random() < 0.5
        if spec.datatype == "string":
            return spec.path, self._draw.choice(spec.allowed or _WORDS)
        low = spec.minimum if spec.minimum is not None else 0
        high = spec.maximum if spec.maximum is not None else low + 100
        value = self._draw.uniform(low, high)
        return spec.path, value if spec.datatype in ("float", "double") else round(value)

    def writers(self, path: str, value: SignalValue) -> tuple[str, ...]:
        """Return the intents that a driver could set the signal so with; all that set it when none sets just that."""
        key = (path, value)
        if key not in self._writers:
            exact, all_ = [], []
            for intent in self._catalog.intents.values():
                for expression in _expressions(intent, path):
                    all_.append(intent.name)
                    if not isinstance(expression, bool | int | float) or expression == value:
                        exact.append(intent.name)
            self._writers[key] = tuple(dict.fromkeys(exact or all_))
        return self._writers[key]

    def _command(self, intent: Intent) -> Command:
        slots: dict[str, SlotValue] = {}
        for slot in intent.slots.values():
            if slot.required or self._draw.random() < 0.4:
                value = self._value(slot)
                if value is not None:
                    slots[slot.name] = value
        if "unit" in slots and not isinstance(slots.get("value"), int | float):
            del slots["unit"]
        confidence = self._draw.choice((1.0, 0.95, 0.7, 0.49, 0.3))
        return Command(intent.name, slots, confidence, unsure=self._draw.random() < 0.05)

    def _value(self, slot: Slot) -> SlotValue | None:
        if slot.kind == "open":
            return self._draw.choice(_WORDS)
        if slot.kind == "unit":
            return self._draw.choice(slot.values) if slot.values else None
        if slot.kind == "number" and (not slot.values or self._draw.random() < 0.8):
            low = slot.minimum if slot.minimum is not None else 0
            high = slot.maximum if slot.maximum is not None else 100
            return round(self._draw.uniform(low, high))
        return self._draw.choice(slot.values) if slot.values else None


def _expressions(intent: Intent, path: str) -> Iterable[Any]:
    """Yield what the intent's cases set the signal to."""
    places = {fragment for fragments in intent.zones.values() for fragment in fragments}
    for case in intent.cases:
        for template, expression in case.set.items():
            if path == template or any(path == template.replace("{place}", place) for place in places):
                yield expression
