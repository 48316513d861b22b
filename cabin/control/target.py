"""What the control socket speaks to: the seam to the daemon. The socket knows nothing else of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cabin.control.protocol import Confirmation, PrivacyResult, PurgeResult, Speaker
from cabin.control.status import Status
from cabin.control.turns import TurnData
from cabin.vehicle.explanation import Explanation

__all__ = ["ControlEvent", "ControlTarget"]


@dataclass(frozen=True)
class ControlEvent:
    """Something that happened, on its way to whoever watches."""

    name: str
    """One of cabin.control.protocol.EVENTS, or another in the same style."""
    at_ms: float
    """Milliseconds since 1970."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Dataclasses, mappings, lists, text, numbers."""
    private: frozenset[str] = frozenset()
    """Keys of `data` that hold what was said or answered: only for peers with the right `transcripts`."""


class ControlTarget(Protocol):
    """The daemon as the socket sees it.

    All are called on the event loop's thread and must not block it. What raises a CabinError is told to the client as
    it is; a ConfigError as `wrong-configuration`, anything else as `internal`. The caller may cancel any of them: its
    client is gone or the time is up. What was not begun then is dropped; what was begun is ended.
    """

    async def status(self) -> Status:
        """Return how the daemon is; quick whatever else goes on. `clients` is filled in by the server."""
        ...

    def events(self) -> AsyncIterator[ControlEvent]:
        """Yield what happens from now on, until the daemon stops. Subscribed to once, by the server."""
        ...

    async def say(self, text: str, confirm: Confirmation, speaker: Speaker = "unknown") -> TurnData:
        """Act on a text as if it had been heard; return what became of it.

        Raises BudgetError when too much waits already.
        """
        ...

    async def talk(self, seconds: float) -> TurnData:
        """Listen now for at most `seconds` until speech begins; return what became of it. Cancelled: stop listening.

        Raises SoundError when there is no microphone.
        """
        ...

    async def cancel(self) -> int:
        """Drop what is listened to, asked and waiting; return how many things were dropped."""
        ...

    async def explain(self, count: int) -> tuple[Explanation, ...]:
        """Return why the latest `count` commands were judged as they were, the latest first."""
        ...

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration anew; return what was loaded. Raises ConfigError; then nothing has changed."""
        ...

    async def record(self, on: bool, seconds: float | None) -> PrivacyResult:
        """Switch recording on or off. Raises UsageError where that is not allowed."""
        ...

    async def privacy(self) -> PrivacyResult:
        """Return what of the driver is kept."""
        ...

    async def purge(self) -> PurgeResult:
        """Remove all recordings; return what was removed."""
        ...

    async def stop(self) -> None:
        """Begin to end the daemon; return at once."""
        ...
