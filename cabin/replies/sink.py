"""What a sound sink is to cabin: where replies are played, opened in the player process.

A sink is made to be given up, as a sound source is: when it hangs, its process is killed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["NO_SINK", "ReplySink", "ReplySinkFactory", "SinkSettings"]

NO_SINK = "none"
"""`replies.sink: none`: nothing is heard."""


@dataclass(frozen=True)
class SinkSettings:
    """What a sink is made from."""

    device: str = ""
    """What to open, by a name that stays. Empty: the system's own choice."""
    rate_hz: int = 24_000
    """The rate asked for; the sink says what it got."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The sink's own section of cabin.yaml, plugins.NAME, as plain JSON values."""


@runtime_checkable
class ReplySink(Protocol):
    """One opened sink. All from one thread."""

    rate_hz: int
    """Its real sample rate."""
    latency_s: float
    """From `write` until it is heard."""

    def room(self) -> int:
        """Return how many samples can be written now without waiting. Raises SoundError."""
        ...

    def write(self, samples: Samples) -> None:
        """Take mono float32 samples for which there is room; never wait. Raises SoundError."""
        ...

    def is_empty(self) -> bool:
        """Return whether all that was written has been heard."""
        ...

    def rest(self) -> None:
        """Note that an utterance has ended and was heard; the device may sleep."""
        ...

    def drop(self) -> None:
        """Throw away what was written and not heard yet, at once; an utterance was cut short."""
        ...

    def close(self) -> None:
        """Stop; no other call follows."""
        ...


ReplySinkFactory = Callable[[SinkSettings], ReplySink]
"""Opens a sink, or raises SoundError with a problem that says what to do. Runs in the player process."""
