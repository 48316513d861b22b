"""Utterances between the end of speech and the car: each is taken once at most, and none too late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.budget.settings import DeadlineSettings

__all__ = ["LONGEST_GAP_S", "Flight", "Flights", "late_stage"]


@dataclass(frozen=True)
class Flight:
    """An utterance on its way."""

    generation: int
    """Of the worker that heard it."""
    utterance: int
    begun_s: float
    """When its speaker began."""
    ended_s: float
    """When the endpointer decided that it was whole."""
    due_s: float
    """After this nothing is done any more."""
    damaged: bool = False
    said_s: float | None = None
    """When the last sound of speech in it was recorded, where that is known."""
    lost_s: float = 0.0
    """How much sound was lost within it."""


LONGEST_GAP_S = 0.2
"""More sound than this lost within an utterance, and a word may be: half a command is not done as a whole one."""


def late_stage(flight: Flight, ms: Mapping[str, float], deadlines: DeadlineSettings, now_s: float) -> str:
    """Return the stage that took longer than its deadline; empty: none did.

    What was done while the speaker was silent is not late, so no stage counts for longer than since the endpoint.
    """
    for stage in ("recognize", "parse"):
        limit_ms = deadlines.of(stage)
        took_ms = min(ms.get(stage, 0.0), (now_s - flight.ended_s) * 1000)
        if limit_ms is not None and took_ms > limit_ms:
            return stage
    return ""


class Flights:
    """All that are on their way; times are time.monotonic."""

    def __init__(self) -> None:
        self._flying: dict[tuple[int, int], Flight] = {}

    def __len__(self) -> int:
        """How many are on their way."""
        return len(self._flying)

    def begin(self, flight: Flight) -> None:
        """Let one begin."""
        self._flying[flight.generation, flight.utterance] = flight

    def take(self, generation: int, utterance: int) -> Flight | None:
        """Take one out to act on it. None: it was taken before, given up, or never was."""
        return self._flying.pop((generation, utterance), None)

    def overdue(self, now_s: float) -> list[Flight]:
        """Take out those that are too late."""
        return self._take_all(flight for flight in self._flying.values() if flight.due_s <= now_s)

    def behind(self, stage: str, utterance: int, since_s: float, limit_s: float, now_s: float) -> list[Flight]:
        """Take out those that the worker has been at in one stage for longer than its limit.

        `utterance` 0 and recognize: it is at a guess, and the utterance that has ended meanwhile waits for it.
        """
        return self._take_all(
            flight
            for flight in self._flying.values()
            if (flight.utterance == utterance or (not utterance and stage == "recognize"))
            and now_s - max(since_s, flight.ended_s) > limit_s
        )

    def lose(self, generation: int | None = None) -> list[Flight]:
        """Take out those of a worker that is gone; None: all."""
        return self._take_all(
            flight for flight in self._flying.values() if generation is None or flight.generation == generation
        )

    def _take_all(self, flights: object) -> list[Flight]:
        taken: list[Flight] = list(flights)  # type: ignore[call-overload]
        for flight in taken:
            del self._flying[flight.generation, flight.utterance]
        return taken
