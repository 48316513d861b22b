"""Replies into wav files, one an utterance, as much of each as was heard: for tests, and where nobody has ears."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cabin.audio.wav import write_wav
from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.replies.sink import SinkSettings

__all__ = ["FileSink"]


class FileSink:
    """Writes reply-0001.wav, reply-0002.wav, ... into a folder. Implements cabin.replies.sink.ReplySink."""

    latency_s = 0.0

    def __init__(self, settings: SinkSettings) -> None:
        """Raises SoundError when no folder is named or it cannot be made."""
        if not settings.device:
            raise SoundError(Problem("no folder is named", "replies.device", hint="Set replies.device to a folder."))
        self._folder = Path(settings.device).expanduser()
        self.rate_hz = settings.rate_hz
        self._speed = float(settings.options.get("speed", 1.0))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SoundError(Problem("the folder cannot be made", str(self._folder), error.strerror or "")) from error
        taken = [path.stem.partition("-")[2] for path in self._folder.glob("reply-*.wav")]
        self._number = max((int(number) for number in taken if number.isdigit()), default=0)
        self._parts: list[Samples] = []
        self._due_s = 0.0

    def room(self) -> int:
        """Return room for half a second once what was taken would have been heard."""
        return self.rate_hz // 2 if self.is_empty() else 0

    def write(self, samples: Samples) -> None:
        """Take samples, which last as long as they would if they were heard."""
        self._parts.append(np.array(samples, dtype=np.float32))
        if self._speed:
            seconds = len(samples) / self.rate_hz / self._speed
            self._due_s = max(self._due_s, time.monotonic()) + seconds

    def is_empty(self) -> bool:
        """Return whether the time of what was taken is over."""
        return time.monotonic() >= self._due_s

    def rest(self) -> None:
        """Write the file."""
        self._keep()

    def drop(self) -> None:
        """Write as much as was heard."""
        self._due_s = 0.0
        self._keep()

    def close(self) -> None:
        """Write what there is."""
        self._keep()

    def _keep(self) -> None:
        if self._parts:
            self._number += 1
            write_wav(self._folder / f"reply-{self._number:04d}.wav", np.concatenate(self._parts), self.rate_hz)
            self._parts = []
