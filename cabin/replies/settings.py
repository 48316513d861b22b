"""Section `replies` of cabin.yaml: what is heard of a reply, and when less of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Literal

from cabin.config.fields import Bounds
from cabin.errors import ConfigError, Problem

__all__ = ["Level", "RepliesConfig", "clock_time"]

Level = Literal["text", "earcon", "speech"]
"""text: on the screen feed alone. earcon: a tone too. speech: said."""


@dataclass(frozen=True)
class RepliesConfig:
    """How replies are heard; the text of every reply is on the screen feed whatever is set here."""

    level: Level = "text"
    """text: nothing is heard. earcon: a tone tells how it went. speech: the reply is said."""
    done: Literal["earcon", "speech"] = "speech"
    """What is heard of a command that was done as asked; with earcon only questions, answers and what went wrong are
    said."""
    sink: str = "speaker"
    """Where it is heard: a sound sink that a plugin registered (`cabin plugins`), or none."""
    device: str = ""
    """What the sink opens: for speaker a device by its stable name, for file a folder. Empty: the system's choice."""
    voice: str = "hibari"
    """The voice that says it: one that a plugin registered (`cabin plugins`)."""
    language: str = "en"
    """What the voice must speak; a voice that does not is told as a fault, and tones are heard instead."""
    speed: Annotated[float, Bounds(0.5, 2.0)] = 1.0
    """How fast is spoken; 1 is the voice's own pace."""
    volume_db: Annotated[float, Bounds(-60, 12)] = 0.0
    """Louder or softer than the voice's own level."""
    duck_db: Annotated[float, Bounds(-60, 0)] = -12.0
    """How much softer it becomes while something is heard over it that may be the driver; 0: not at all."""
    quiet_from: str = ""
    """Start of the quiet hours, local time as "22:00"; empty: there are none."""
    quiet_to: str = ""
    """Their end; earlier than the start means on the next day."""
    quiet_level: Level = "earcon"
    """At most this much is heard in them."""
    late_s: Annotated[float, Bounds(0.1, 60)] = 3.0
    """How long the voice may take for a sentence; a reply that comes later is no help, and a tone is heard instead."""
    idle_s: Annotated[float, Bounds(1, 86_400)] = 60.0
    """Voice and player are processes that end when they were not wanted for so long; the device is free then."""
    cache_s: Annotated[float, Bounds(0, 3600)] = 60.0
    """How many seconds of spoken sentences are kept in memory, so that they are not made again (48 kB a second)."""
    overlap: Literal["listen", "deaf"] = "listen"
    """While it speaks itself: listen for what is louder than its own sound; or deaf: to nothing at all."""
    louder_db: Annotated[float, Bounds(3, 40)] = 10.0
    """How much louder than its own sound somebody must be to be heard as well as ever while it speaks. What is less
    loud is heard too, but only for "stop" and "cancel"."""
    tail_ms: Annotated[float, Bounds(0, 2000)] = 250.0
    """How long its own sound goes on in the cabin after it has ended."""

    def __post_init__(self) -> None:
        """Raise ConfigError, with all mistakes at once, unless the values make sense together."""
        wrong = []
        for key in ("quiet_from", "quiet_to"):
            try:
                clock_time(getattr(self, key))
            except ValueError:
                wrong.append(Problem("no time of day", key, repr(getattr(self, key)), '"22:00"'))
        if bool(self.quiet_from) != bool(self.quiet_to):
            missing = "quiet_to" if self.quiet_from else "quiet_from"
            wrong.append(Problem("quiet hours have a start and an end", missing, "empty", '"06:30"'))
        if wrong:
            raise ConfigError(wrong)


def clock_time(text: str) -> datetime.time | None:
    """Return a time of day; None for the empty text. Raises ValueError for what is none."""
    return datetime.datetime.strptime(text, "%H:%M").time() if text else None
