"""Spoken sentences kept in memory by their text; the one longest unused goes first. Nothing is ever written."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["Spoken", "SpokenCache"]


@dataclass(frozen=True)
class Spoken:
    """One sentence as sound."""

    pcm: bytes
    """Signed 16-bit little-endian, mono."""
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / 2 / self.rate_hz


class SpokenCache:
    """Holds at most so many seconds of sound."""

    def __init__(self, most_s: float) -> None:
        self.most_s = most_s
        self.held_s = 0.0
        self._kept: OrderedDict[str, Spoken] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> Spoken | None:
        """Return a sentence, which counts as used now."""
        spoken = self._kept.get(text)
        if spoken is not None:
            self._kept.move_to_end(text)
        return spoken

    def put(self, text: str, spoken: Spoken) -> None:
        """Keep a sentence, unless it is longer than everything that may be kept."""
        old = self._kept.pop(text, None)
        self.held_s -= old.seconds if old is not None else 0.0
        if spoken.seconds > self.most_s:
            return
        self._kept[text] = spoken
        self.held_s += spoken.seconds
        while self.held_s > self.most_s and self._kept:
            _, gone = self._kept.popitem(last=False)
            self.held_s -= gone.seconds
        if not self._kept:
            self.held_s = 0.0

    def clear(self) -> None:
        """Forget all: another voice speaks from here on."""
        self._kept.clear()
        self.held_s = 0.0
