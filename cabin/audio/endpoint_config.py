"""Section `endpoint` of cabin.yaml: when an utterance begins, pauses and ends. No NumPy: every command reads it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cabin.errors import ConfigError, Problem

__all__ = ["CUT_WINDOW_S", "EndpointConfig"]

CUT_WINDOW_S = 2.0
"""Speech that is too long is cut at the weakest frame of so long."""


@dataclass(frozen=True)
class EndpointConfig:
    """When an utterance begins, pauses and ends."""

    start_probability: float = 0.5
    """Frames from here up are speech."""
    end_probability: float = 0.35
    """Frames below are not; what lies between leaves everything as it is."""
    start_s: float = 0.096
    """Unbroken speech that begins an utterance; shorter clicks do not."""
    min_speech_s: float = 0.16
    """An utterance with less speech than this is dropped: coughs, doors, indicator clicks."""
    pause_s: float = 0.3
    """Silence after which the utterance so far may be recognized on trial."""
    end_s: float = 0.7
    """Silence that ends the utterance."""
    complete_end_s: float = 0.5
    """Silence that ends it, where that is less, when what was said is a whole command; in the daemon, which guesses."""
    unfinished_end_s: float = 1.5
    """Silence that ends it, where that is more, when it breaks off ("set the temperature to"); in the daemon."""
    margin_s: float = 0.3
    """Sound kept before and after the speech; recognizers want it, and soft first and last sounds are in it."""
    max_utterance_s: float = 30.0
    """Longer speech is cut, margins counted, at its weakest frame of the last two seconds."""

    def __post_init__(self) -> None:
        """Raise ConfigError, with all mistakes at once, unless the values make sense together."""
        wrong = [
            Problem("this must be more than 0", field.name, seen=str(getattr(self, field.name)))
            for field in fields(self)
            if not getattr(self, field.name) > 0
        ]
        rules = (
            (
                self.end_probability <= self.start_probability < 1.0,
                "end_probability",
                "at most start_probability, below 1",
            ),
            (self.pause_s <= self.end_s, "pause_s", f"at most end_s, {self.end_s}"),
            (self.max_utterance_s > 2 * CUT_WINDOW_S, "max_utterance_s", f"more than {2 * CUT_WINDOW_S:g} s"),
            (self.margin_s <= 1.0, "margin_s", "at most 1 s"),
        )
        wrong += [
            Problem("this value does not fit", name, str(getattr(self, name)), expected)
            for holds, name, expected in rules
            if not holds
        ]
        if wrong:
            raise ConfigError(wrong)
