"""The section `plugins.vosk` of cabin.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from cabin.errors import ConfigError, Problem, nearest

__all__ = ["VoskOptions"]


@dataclass(frozen=True)
class VoskOptions:
    """How Vosk listens."""

    grammar: Literal["off", "beside"] = "off"
    """beside: a second decoder that knows nothing but `phrases` runs beside the open one; their readings compete."""
    phrases: tuple[str, ...] = ()
    """What the grammar holds, a phrase or a word each; those with a word that the model lacks are left out and told."""
    alternatives: int = 8
    """Readings that the decoder weighs against each other; the recognizer gives the best `n_best` of them."""
    noise_words: tuple[str, ...] = ("the", "a", "huh", "uh", "um", "hmm", "mm", "hm")
    """What silence and noise tend to be heard as: a reading that is one of these alone counts as nothing heard."""

    @staticmethod
    def from_mapping(options: Mapping[str, Any]) -> VoskOptions:
        """Return the options of a section. Raises ConfigError with all mistakes at once."""
        known = [field.name for field in fields(VoskOptions)]
        where = "plugins.vosk"
        wrong = [
            Problem(f"unknown key {key!r}", where, expected=", ".join(known), hint=nearest(str(key), known))
            for key in options
            if key not in known
        ]
        grammar = options.get("grammar", "off")
        if grammar not in ("off", "beside"):
            hint = "Put 'off' in quotes: bare, YAML reads it as a boolean." if grammar is False else ""
            wrong.append(Problem("unknown kind of grammar", f"{where}.grammar", repr(grammar), "off or beside", hint))
        alternatives = options.get("alternatives", 8)
        if type(alternatives) is not int or not 1 <= alternatives <= 100:
            wrong.append(Problem("not a number of readings", f"{where}.alternatives", repr(alternatives), "1 to 100"))
        for name in ("phrases", "noise_words"):
            value = options.get(name, ())
            if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
                wrong.append(Problem("not a list of texts", f"{where}.{name}", repr(value)))
        if grammar == "beside" and not options.get("phrases"):
            wrong.append(Problem("a grammar needs phrases", f"{where}.phrases", "none", "a list of phrases"))
        if wrong:
            raise ConfigError(wrong)
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in options.items()
        }
        return VoskOptions(**given)
