"""What a sound source is to cabin: opened in the capture process, it writes blocks until it ends or is killed.

A source is made to be given up: when it hangs, its process is killed and another one opens it anew. So it needs no
retries, no timeouts and no watchdog of its own; it opens once, or raises, and says when it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["SoundSink", "SoundSource", "SoundSourceFactory", "SourceSettings"]


@dataclass(frozen=True)
class SourceSettings:
    """What a source is made from."""

    device: str = ""
    """What to open, by a name that stays: for a microphone its name, for a file its path. Empty: the usual one."""
    rate_hz: int = 16_000
    """The rate asked of the device first; the source says what it got."""
    block_s: float = 0.032
    """How long a block should be."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The source's own section of cabin.yaml, plugins.NAME, as plain JSON values."""


class SoundSink(Protocol):
    """Where a source puts its sound. Never waits; one thread at a time."""

    def write(self, samples: Buffer, delay_s: float, overflowed: bool = False) -> None:
        """Take mono float32 samples, native bytes; the first is `delay_s` old, and sound before it was lost or not."""
        ...

    def room(self) -> int:
        """Return how many blocks may be written before the reader loses any; for sources that are not live."""
        ...


@runtime_checkable
class SoundSource(Protocol):
    """One opened source of sound."""

    device: str
    """What was opened, as a person calls it."""
    rate_hz: int
    """Its real sample rate."""
    live: bool
    """Whether it delivers in real time; if not, its rate is not watched."""

    def start(self, sink: SoundSink) -> None:
        """Begin to write to `sink` from a thread of the source's own. Raises SoundError."""
        ...

    def ended(self) -> str:
        """Return why no sound follows, as a clause: "the file is over"; empty while it goes on."""
        ...

    def close(self) -> None:
        """Stop; no other call follows. May hang: the process is killed then."""
        ...


SoundSourceFactory = Callable[[SourceSettings], SoundSource]
"""Opens a source, or raises SoundError with a problem that says what to do. Runs in the capture process."""
