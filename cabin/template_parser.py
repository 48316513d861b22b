"""Understanding by exact templates: beside the model for devices it was not built for, or alone (`--model none`)."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from cabin.messages import Command, Parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cabin.catalog.schema import Catalog
    from cabin.catalog.templates import TemplateMatcher

__all__ = ["TemplateParser"]

_MOST_CORES = 6
"""Ways to take words off a sentence that are tried; people say one or two such things, not ten."""


class TemplateParser:
    """Implements cabin.chain.Parser and cabin.slm.parser.TextMatcher over the sentences of some intents."""

    def __init__(self, catalog: Catalog, intents: Iterable[str] | None = None) -> None:
        """`intents` None takes all. Templates are parsed at the first text."""
        self._catalog = catalog
        self._intents = None if intents is None else tuple(intents)
        self._matcher: TemplateMatcher | None = None

    def match(self, text: str) -> tuple[Command, ...] | None:
        """Return the command of a sentence that a template matches as a whole, or None.

        What is said around an order ("okay", "could you", "please": cabin/speech/lexicon.yaml) may stand before and
        after. A number out of its slot's range is kept: the executor refuses it with the range.
        """
        if self._matcher is None:
            from cabin.catalog.templates import TemplateMatcher

            self._matcher = TemplateMatcher(self._catalog, self._intents)
        found = self._matcher.match(text)
        if found is None:
            from cabin.slm.text import normalize
            from cabin.speech.lexicon import load_fillers

            cores = islice(load_fillers().cores(normalize(text).split()), 1, _MOST_CORES)
            found = next(filter(None, (self._matcher.match(" ".join(core)) for core in cores)), None)
        return None if found is None else (found.command(),)

    def match_closed(self, text: str) -> tuple[Command, ...] | None:
        """Return the command of a sentence that a template covers with no word in an open slot, or None."""
        commands = self.match(text)
        if commands is None:
            return None
        slots = self._catalog.intents[commands[0].intent].slots
        return None if any(slots[name].kind == "open" for name in commands[0].slots if name in slots) else commands

    def parse(self, text: str) -> Parse:
        """Return the command of a sentence; any other text is `unclear`."""
        begun_s = time.perf_counter()
        commands = self.match(text)
        ms = {"total": (time.perf_counter() - begun_s) * 1000}
        return Parse(text, commands, ms=ms) if commands else Parse(text, refused="unclear", ms=ms)
