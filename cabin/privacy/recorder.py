"""The recording switch, and what it keeps while it is on: each utterance that was acted on, sound and words.

While it is off nothing of the sound is held here, not even in memory. Writing is done on a thread of its own; a disk
that is full or slow switches it off and holds up nobody.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import Problem, SoundError, UsageError
from cabin.messages import SAMPLE_RATE_HZ
from cabin.privacy.recordings import Recordings, Usage
from cabin.privacy.settings import PrivacyConfig

if TYPE_CHECKING:
    from cabin.daemon.sources import SourceBlock
    from cabin.messages import Samples

__all__ = ["Recorder"]

_HELD_S = 35.0
"""Longer than the longest utterance with its margins."""
_MARGIN_S = 0.5
_MOST_WAITING = 8
_PRUNE_S = 60.0


class Recorder:
    """On the event loop, but for what it gives to its thread."""

    def __init__(
        self,
        config: PrivacyConfig,
        folder: Path,
        tell: Callable[[str, dict[str, Any]], None],
        fault: Callable[[str], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`folder`: where `privacy.folder` says nothing; `tell` gets `recording`, `fault` what failed."""
        self.config = config
        self.recordings = Recordings(config.folder or folder, config.keep_days, config.keep_mb)
        self.until_s: float | None = None
        """Until when it is on, on time.monotonic; None: it is off."""
        self._folder, self._tell, self._fault, self._now = folder, tell, fault, now
        self._blocks: deque[SourceBlock] = deque()
        self._waiting: deque[Future[Any]] = deque()
        self._disk = ThreadPoolExecutor(1, "cabin-recordings")
        self._pruned_s = -math.inf
        self._why_off = ""
        if config.recording == "always":
            self._set(math.inf, "configured")

    @property
    def is_on(self) -> bool:
        """Whether utterances are written."""
        return self.until_s is not None

    @property
    def until_ms(self) -> float | None:
        """When it goes off by itself, milliseconds since 1970; None: it is off, or never does."""
        if self.until_s is None or math.isinf(self.until_s):
            return None
        return (self._now() + self.until_s - time.monotonic()) * 1000

    def switch(self, on: bool, seconds: float | None = None) -> None:
        """Begin or end. Raises UsageError when the configuration forbids it, or `seconds` is more than it allows."""
        if not on:
            self._set(None, "asked")
            return
        longest_s = self.config.longest_min * 60
        if self.config.recording == "never":
            what = "recording is forbidden here"
            raise UsageError(Problem(what, "cabin.yaml: privacy.recording", "never", "switch or always"))
        if seconds is not None and not 0 < seconds <= longest_s:
            expected = f"at most {self.config.longest_min:g} min (privacy.longest_min)"
            raise UsageError(Problem("too long to record", "--for", f"{seconds / 60:g} min", expected))
        always = self.config.recording == "always" and seconds is None
        self._set(math.inf if always else time.monotonic() + (seconds or longest_s), "asked")

    def change(self, config: PrivacyConfig) -> None:
        """Go on with another section `privacy`; what it forbids ends now."""
        if config == self.config:
            return
        self.config = config
        self.recordings = Recordings(config.folder or self._folder, config.keep_days, config.keep_mb)
        self._pruned_s = -math.inf
        if config.recording == "never":
            self._set(None, "configured")
        elif config.recording == "always":
            self._set(math.inf, "configured")
        elif self.until_s is not None:
            self._set(min(self.until_s, time.monotonic() + config.longest_min * 60), "configured")

    def take(self, blocks: Sequence[SourceBlock]) -> None:
        """Hold the latest sound in memory, while it is on."""
        if self.until_s is None:
            return
        self._blocks.extend(blocks)
        while self._blocks and self._blocks[-1].begun_s - self._blocks[0].begun_s > _HELD_S:
            self._blocks.popleft()

    def keep(self, begun_s: float, ended_s: float, told: Mapping[str, Any]) -> None:
        """Write an utterance (time.monotonic of its sound) with what is told of it, if it is on. Never waits."""
        if self.until_s is None:
            return
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        if len(self._waiting) >= _MOST_WAITING:
            self._fault("an utterance was not recorded: the disk is slow")
            return
        self._waiting.append(self._disk.submit(self._write, self._cut(begun_s, ended_s), dict(told), self._now()))

    def look(self, now_s: float) -> None:
        """Go off when the time is up, and remove what is too old. Called every half second."""
        why, self._why_off = self._why_off, ""
        if why:
            self._set(None, why)
        if self.until_s is not None and now_s >= self.until_s:
            self._set(None, "the time is up")
        if now_s - self._pruned_s >= _PRUNE_S:
            self._pruned_s = now_s
            self._disk.submit(self._prune)

    def usage(self) -> Usage:
        """Return what is kept; looks at the disk."""
        return self.recordings.usage()

    def purge(self) -> Usage:
        """Remove all recordings, after those that are being written; return what there was. Looks at the disk."""
        return self._disk.submit(self.recordings.purge).result()

    def end(self) -> None:
        """Record nothing more; what waits is written."""
        self.until_s = None
        self._blocks.clear()
        self._disk.shutdown(wait=False)

    def _set(self, until_s: float | None, why: str) -> None:
        changed = (until_s is None) != (self.until_s is None)
        self.until_s = until_s
        if until_s is None:
            self._blocks.clear()
        if changed or (until_s is not None and why == "asked"):
            self._tell("recording", {"on": until_s is not None, "why": why, "until_ms": self.until_ms})

    def _cut(self, begun_s: float, ended_s: float) -> Samples:
        """Return the sound of an utterance with its margin, as far as it is held.

        Sound that was fed faster than it was spoken has no true times: then all that is held is its.
        """
        parts = [
            block.samples
            for block in self._blocks
            if block.begun_s + len(block.samples) / SAMPLE_RATE_HZ > begun_s - _MARGIN_S and block.begun_s < ended_s
        ]
        parts = parts or [block.samples for block in self._blocks]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    # On the thread

    def _write(self, samples: Samples, told: dict[str, Any], now_s: float) -> None:
        try:
            self.recordings.write(samples, told, now_s)
        except (OSError, SoundError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._fault(f"recordings cannot be written ({reason}); recording is off")
            self._why_off = "it cannot be written"

    def _prune(self) -> None:
        try:
            self.recordings.prune(self._now())
        except OSError as error:
            self._fault(f"old recordings cannot be removed ({error.strerror})")
