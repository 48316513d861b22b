"""Several people speak to one car: who outranks whom, for which signals, and how long a setting is kept.

What somebody set holds for a while against those of lower rank; among equals, who asked last is heard. A place of one's
own adds one to one's rank there: the passenger's seat heating is the passenger's as much as the driver's. Where one
microphone cannot tell who speaks, nobody is held off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cabin.messages import Verdict
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER

if TYPE_CHECKING:
    from cabin.messages import SignalValue

__all__ = ["Hold", "Holds", "SpeakerRules"]

_MOST_HELD = 512
"""Signals remembered at most; memory must not grow."""

_SAID = {"driver": "the driver", "passenger": "the passenger", "rear_left": "somebody on the rear left seat"}
_SAID |= {"rear_right": "somebody on the rear right seat"}


@dataclass(frozen=True)
class SpeakerRules:
    """Section `speakers` of policy.yaml."""

    hold_s: float = 0.0
    """How long a setting holds against those of lower rank; 0: not at all."""
    ranks: Mapping[str, int] = field(default_factory=dict)
    """Speaker -> rank; a higher one is heard."""
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Speaker -> patterns of the signals of the own place."""
    where: str = field(default="", compare=False)
    """file:line."""

    def rank(self, speaker: str, path: str) -> int:
        """Return how much a speaker counts for a signal."""
        is_own = any(fnmatchcase(path, pattern) for pattern in self.zones.get(speaker, ()))
        return self.ranks.get(speaker, 0) + (1 if is_own else 0)


@dataclass(frozen=True)
class Hold:
    """Who set a signal last."""

    speaker: str
    rank: int
    value: SignalValue
    at_s: float


class Holds:
    """Who set what. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, Hold] = {}

    def note(self, rules: SpeakerRules, speaker: str, path: str, value: SignalValue) -> None:
        """Remember that a speaker set a signal."""
        if speaker == UNKNOWN_SPEAKER or rules.hold_s <= 0:
            return
        with self._lock:
            self._held.pop(path, None)
            self._held[path] = Hold(speaker, rules.rank(speaker, path), value, self._clock())
            if len(self._held) > _MOST_HELD:
                del self._held[next(iter(self._held))]

    def judge(self, rules: SpeakerRules, speaker: str, path: str, value: SignalValue) -> Verdict:
        """Return whether a speaker may set a signal so while somebody else's setting holds."""
        with self._lock:
            held = self._held.get(path)
        if held is None or speaker in (UNKNOWN_SPEAKER, held.speaker) or held.value == value:
            return Verdict("allow")
        left_s = held.at_s + rules.hold_s - self._clock()
        if left_s <= 0 or rules.rank(speaker, path) >= held.rank:
            return Verdict("allow")
        who = _SAID.get(held.speaker, held.speaker)
        reason = f"{who[:1].upper()}{who[1:]} set that a moment ago. Ask again in {max(1, round(left_s))} seconds."
        return Verdict("refuse", reason, "who asked last")
