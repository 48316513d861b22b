"""The player: sound in blocks to a sink, softer or cut off from one block to the next.

`take`, `duck` and `stop` are called by the thread that hears the daemon; `run` plays on another. Between a stop and
silence lies at most one block, and what the sink had not let out yet, which it drops.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.replies.sink import ReplySink

__all__ = ["BLOCK_S", "Player"]

BLOCK_S = 0.02

POLL_S = 0.004
"""How often a device that is full is asked for room; a stop is heard at once."""

DRAIN_S = 3.0
"""A device that has not let out its last sound by then has forgotten it."""


@dataclass(frozen=True)
class _Piece:
    """Some sound of an utterance, or its end."""

    utterance: int
    samples: Samples | None
    """None: nothing more follows."""


class Player:
    """Plays one utterance after the other."""

    def __init__(self, sink: ReplySink, tell: Callable[[dict[str, Any]], None], gain_db: float = 0.0) -> None:
        """`tell` gets {"is": began, played or stopped, "utterance": n}, from either thread."""
        self._sink, self._tell = sink, tell
        self._base = self._gain = self._wanted = 10 ** (gain_db / 20)
        self._changed = threading.Condition()
        self._pieces: deque[_Piece] = deque()
        self._stops = self._obeyed = 0
        self._playing = 0
        self._written = 0
        self._is_closing = False

    def take(self, utterance: int, samples: Samples) -> None:
        """Play some more of an utterance; mono float32 at the sink's rate."""
        self._put(_Piece(utterance, samples))

    def finish(self, utterance: int) -> None:
        """Say so when all of an utterance was heard."""
        self._put(_Piece(utterance, None))

    def duck(self, db: float) -> None:
        """Become softer by so much, or 0: as before; within one block, without a click."""
        self._wanted = self._base * 10 ** (db / 20)

    def stop(self) -> None:
        """Fall silent and forget what waits."""
        with self._changed:
            self._stops += 1
            self._pieces.clear()
            self._wanted = self._base
            self._changed.notify()

    def close(self) -> None:
        """Have `run` return."""
        with self._changed:
            self._is_closing = True
            self._stops += 1
            self._pieces.clear()
            self._changed.notify()

    def run(self) -> None:
        """Play until closed. Raises SoundError when the sink fails."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pieces or self._is_closing or self._is_stopped)
                if self._is_closing:
                    return
                piece = self._pieces.popleft() if self._pieces and not self._is_stopped else None
            if piece is None:
                self._cut()
            elif piece.samples is None:
                self._end(piece.utterance)
            else:
                self._play(piece.utterance, piece.samples)

    @property
    def _is_stopped(self) -> bool:
        """Whether somebody said stop and it was not obeyed yet."""
        return self._stops != self._obeyed

    def _put(self, piece: _Piece) -> None:
        with self._changed:
            self._pieces.append(piece)
            self._changed.notify()

    def _play(self, utterance: int, samples: Samples) -> None:
        if utterance != self._playing:
            self._playing, self._written, self._gain = utterance, 0, self._wanted
        block = max(1, round(BLOCK_S * self._sink.rate_hz))
        for begin in range(0, len(samples), block):
            part = samples[begin : begin + block]
            if not self._await_room(len(part)):
                self._cut()
                return
            if not begin:
                told = {"is": "began", "utterance": utterance, "at": self._written}
                self._tell({**told, "delay_s": self._sink.latency_s})
            wanted = self._wanted
            if not wanted == self._gain == 1.0:
                ramp = np.linspace(self._gain, wanted, len(part), dtype=np.float32)
                part = np.clip(part * ramp, -1.0, 1.0)
                self._gain = wanted
            self._sink.write(part)
            self._written += len(part)

    def _end(self, utterance: int) -> None:
        if not self._await(self._sink.is_empty, DRAIN_S):
            self._cut()
            return
        self._sink.rest()
        self._tell({"is": "played", "utterance": utterance})
        self._playing = 0

    def _await_room(self, count: int) -> bool:
        return self._await(lambda: self._sink.room() >= count)

    def _await(self, is_so: Callable[[], bool], patience_s: float = math.inf) -> bool:
        """Wait until something is so, or the patience ends; return False as soon as somebody says stop."""
        give_up_s = time.monotonic() + patience_s
        while not self._is_stopped:
            if is_so() or time.monotonic() > give_up_s:
                return True
            with self._changed:
                self._changed.wait_for(lambda: self._is_stopped, POLL_S)
        return False

    def _cut(self) -> None:
        """Silence what the sink still holds, and tell how much of the utterance was given to it."""
        with self._changed:
            self._obeyed = self._stops
        self._sink.drop()
        if self._playing:
            heard_s = self._written / self._sink.rate_hz
            self._tell({"is": "stopped", "utterance": self._playing, "heard_s": round(heard_s, 3)})
            self._playing = 0
