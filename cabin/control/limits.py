"""What a client may cost: the length of a line, held in memory of fixed size, and requests a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

__all__ = ["Clock", "LineBuffer", "LineTooLongError", "Rates", "TokenBucket"]

Clock = Callable[[], float]
"""Seconds, only ever forward."""


class LineTooLongError(Exception):
    """A line is longer than allowed."""


class LineBuffer:
    """Takes bytes, gives lines; never holds more than `max_bytes` and one newline."""

    def __init__(self, max_bytes: int) -> None:
        self._buffer = bytearray(max_bytes + 1)
        self._start = self._end = self._searched = 0

    def __len__(self) -> int:
        """Bytes waiting."""
        return self._end - self._start

    def room(self) -> memoryview:
        """Return where the next bytes go. Raises LineTooLongError when there is none: the line has no end in sight."""
        if self._end == len(self._buffer):
            self._compact()
        if self._end == len(self._buffer):
            raise LineTooLongError
        return memoryview(self._buffer)[self._end :]

    def took(self, count: int) -> None:
        """Say that `count` bytes were put there."""
        self._end += count

    def next_line(self) -> bytes | None:
        """Return the next line without its newline (and carriage return), or None when none is whole."""
        found = self._buffer.find(b"\n", self._searched, self._end)
        if found < 0:
            self._searched = self._end
            return None
        line = bytes(self._buffer[self._start : found])
        self._start = self._searched = found + 1
        if self._start == self._end:
            self._start = self._end = self._searched = 0
        return line[:-1] if line.endswith(b"\r") else line

    @property
    def is_full(self) -> bool:
        """Whether nothing more fits, even when lines that were given are thrown out."""
        return len(self) == len(self._buffer)

    def _compact(self) -> None:
        count = len(self)
        self._buffer[:count] = self._buffer[self._start : self._end]
        self._searched -= self._start
        self._start, self._end = 0, count


class TokenBucket:
    """`burst` at once, `rate` a second in the long run."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._tokens, self._at_s = float(burst), clock()

    def take(self) -> float:
        """Take one token and return 0, or return the seconds until there will be one."""
        now_s = self._clock()
        self._tokens = min(self._burst, self._tokens + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._tokens >= 1 - 1e-9:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate

    @property
    def is_full(self) -> bool:
        """Whether it is as if nothing had ever been taken."""
        return self._tokens + (self._clock() - self._at_s) * self._rate >= self._burst


class Rates:
    """A bucket for each key (a user), forgotten when it is full again."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: dict[Hashable, TokenBucket] = {}

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._buckets)

    def take(self, key: Hashable) -> float:
        """Take one token of the key and return 0, or return the seconds until there will be one."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._rate, self._burst, self._clock)
        return bucket.take()

    def forget(self) -> None:
        """Forget the keys whose buckets are full."""
        for key in [key for key, bucket in self._buckets.items() if bucket.is_full]:
            del self._buckets[key]
