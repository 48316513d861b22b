"""Help: what can be said now. The answers to an open question, else examples for this car, other ones each time."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cabin.dialog.phrases import expansions
from cabin.dialog.reply import join_choices
from cabin.dialog.state import Question

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog, Intent, SignalSpec

__all__ = ["Examples", "help_with_question"]

_AT_ONCE = 4
_OWN_DEVICE = "assistant"


class Examples:
    """Sentences of the catalog, one for each device that the car has, in an order that the seed decides."""

    def __init__(self, catalog: Catalog, seed: int = 0) -> None:
        self._catalog = catalog
        self._seed = seed
        self._sentences: tuple[str, ...] | None = None

    def say(self, signals: Mapping[str, SignalSpec], turn: int, has_context: bool) -> str:
        """Return the help of the `turn`-th time that it was asked for."""
        if self._sentences is None:
            self._sentences = self._chosen(signals)
        if not self._sentences:
            return "There is nothing that I can do in this car."
        count = min(_AT_ONCE, len(self._sentences))
        start = turn * count
        said = [self._sentences[(start + index) % len(self._sentences)] for index in range(count)]
        also = " You can also say: undo that, or a bit more." if has_context else ""
        return f"Say what the car should do, for example: {'; '.join(said)}.{also}"

    def _chosen(self, signals: Mapping[str, SignalSpec]) -> tuple[str, ...]:
        draw = random.Random(self._seed)
        by_device: dict[str, list[str]] = {}
        for intent in self._catalog.intents.values():
            sentence = _plainest(intent) if intent.device != _OWN_DEVICE and _is_here(intent, signals) else ""
            if sentence:
                by_device.setdefault(intent.device, []).append(sentence)
        chosen = [draw.choice(sentences) for sentences in by_device.values()]
        draw.shuffle(chosen)
        return tuple(chosen)


def help_with_question(question: Question) -> str:
    """Return what can be said to a question, after the question itself."""
    if question.kind == "confirm":
        return f"{question.text} Say yes or no."
    if question.choices:
        return f"{question.text} Say {join_choices(question.choices)}, or cancel."
    return f"{question.text} Say {'a number' if question.slot == 'value' else 'it'}, or cancel."


def _plainest(intent: Intent) -> str:
    """Return the first sentence of the intent that has no list in it; empty when it has none."""
    templates: Sequence[str] = [template for group in intent.sentences for template in group.templates]
    for template in templates:
        plain = [text for text in expansions(template) if "{" not in text]
        if plain:
            return plain[0]
    return ""


def _is_here(intent: Intent, signals: Mapping[str, SignalSpec]) -> bool:
    """Whether the car has a signal of each case that moves or reads any."""
    for case in intent.cases:
        templates = (*case.set, *case.read)
        paths = [
            template.replace("{place}", fragment)
            for template in templates
            for fragment in ({f for zone in intent.zones.values() for f in zone} if "{place}" in template else {""})
        ]
        if templates and not any(path in signals for path in paths):
            return False
    return True
