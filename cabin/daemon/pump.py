"""From the source to the worker, on the event loop: seldom while nobody speaks, at once while somebody does.

While the worker hears silence, sound is brought in pieces of some 0.2 s: each waking of two processes costs, and the
beginning of speech is not needed sooner. From the first sound of speech on every block is brought as it comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cabin.daemon.letters import SoundBlock

if TYPE_CHECKING:
    from cabin.daemon.link import WorkerLink
    from cabin.daemon.sources import Source, SourceBlock

__all__ = ["Pump"]

SILENT_S = 0.192
"""Six frames of the voice detector."""

_MOST_BLOCKS = 64


class Pump:
    """Brings sound. All on the event loop."""

    def __init__(self, source: Source, worker: Callable[[], WorkerLink | None], is_wanted: Callable[[], bool]) -> None:
        """`worker`: who takes sound now; `is_wanted`: whether anybody is to be heard at all."""
        self.source = source
        self.in_speech = False
        """What the worker told last."""
        self.moved_s = time.monotonic()
        """When sound last came from the source."""
        self.dropped = 0
        """Blocks that no worker could take."""
        self._worker, self._is_wanted = worker, is_wanted
        self._number = self._heard = self._lost = 0
        self._generation = 0
        self._timer: asyncio.TimerHandle | None = None
        self._is_reading = False
        self.through: Callable[[Sequence[SourceBlock]], Sequence[SourceBlock]] = lambda blocks: blocks
        """What becomes of sound before anybody hears it: cabin's own voice is taken out."""

    def start(self) -> None:
        """Begin to bring."""
        self._listen()

    def stop(self) -> None:
        """Bring nothing more."""
        self._ignore()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_drained(self) -> bool:
        """Whether the worker has heard all that it was sent."""
        return self._heard == self._number

    def note_heard(self, in_speech: bool, number: int | None = None) -> None:
        """Take over what the worker says of the present moment; None: it is gone, and hears nothing more."""
        self._heard = self._number if number is None else number
        self.in_speech = in_speech
        if in_speech and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._bring()

    def _listen(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            asyncio.get_running_loop().add_reader(self.source.fileno(), self._bring)

    def _ignore(self) -> None:
        if self._is_reading:
            self._is_reading = False
            asyncio.get_running_loop().remove_reader(self.source.fileno())

    def _bring(self) -> None:
        """Read what there is, send it on, and decide when to look again."""
        self._timer = None
        blocks = self.source.read(_MOST_BLOCKS)
        if blocks:
            self.moved_s = time.monotonic()
            passed = self.through(blocks)
            if passed:
                self._send(passed)
        if self.in_speech or not blocks:
            self._listen()
        else:
            self._ignore()
            self._timer = asyncio.get_running_loop().call_later(SILENT_S, self._bring)

    def _send(self, blocks: Sequence[SourceBlock]) -> None:
        link = self._worker()
        count = sum(len(block.samples) for block in blocks)
        if link is None or not link.takes_more or not self._is_wanted():
            self.in_speech = False
            if self._is_wanted():
                self.dropped += len(blocks)
                self._lost += count
            return
        if link.generation != self._generation:  # a new worker begins with silence
            self._generation, self._lost = link.generation, 0
        self._number += 1
        samples = np.concatenate([block.samples for block in blocks])
        damaged = any(block.damaged for block in blocks)
        lost = self._lost + sum(block.lost for block in blocks)
        link.send(SoundBlock(self._number, blocks[0].begun_s, lost, damaged), samples.tobytes())
        self._lost = 0
