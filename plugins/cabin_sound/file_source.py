"""A sound file as a source: played as if it were spoken now, or as fast as it is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.audio.source import SoundSink, SourceSettings
    from cabin.messages import Samples

__all__ = ["FileSource"]

_RATE_HZ = 16_000
_FULL_S = 0.002
"""How long to wait for a reader that has not made room yet."""


class FileSource:
    """One sound file, and then silence, or the file again."""

    def __init__(self, settings: SourceSettings) -> None:
        from cabin.audio.wav import sound_info

        if not settings.device:
            hint = "Set capture.device to a sound file."
            raise SoundError(Problem("no file is named", "capture.device", hint=hint))
        sound_info(settings.device)
        self.device = settings.device
        self.rate_hz = _RATE_HZ
        self._speed = float(settings.options.get("speed", 1.0))
        self._repeat = settings.options.get("at_end", "silence") == "repeat"
        self.live = self._speed == 1.0
        self._block_s = settings.block_s
        self._stop = threading.Event()
        self._why = ""
        self._thread: threading.Thread | None = None

    def start(self, sink: SoundSink) -> None:
        """Begin to play."""
        self._thread = threading.Thread(target=self._play, args=(sink,), name="file", daemon=True)
        self._thread.start()

    def ended(self) -> str:
        """Return why no sound follows."""
        return self._why

    def close(self) -> None:
        """Stop playing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _play(self, sink: SoundSink) -> None:
        due_s = time.monotonic()
        try:
            for block, speed in self._blocks():
                if not speed:
                    while not sink.room() and not self._stop.wait(_FULL_S):
                        pass
                else:
                    due_s += len(block) / (_RATE_HZ * speed)
                    if speed != 1.0:
                        while not sink.room() and not self._stop.wait(_FULL_S):
                            pass
                    self._stop.wait(max(0.0, due_s - time.monotonic()))
                if self._stop.is_set():
                    return
                sink.write(block.tobytes(), len(block) / _RATE_HZ)
        except SoundError as error:
            self._why = str(error.problems[0])

    def _blocks(self) -> Iterator[tuple[Samples, float]]:
        """Yield (block, how many times faster than spoken); blocks are of one length, the last one filled up."""
        import numpy as np

        count = round(self._block_s * _RATE_HZ)
        rest = np.zeros(0, dtype=np.float32)
        while True:
            for more in self._file():
                rest = np.concatenate((rest, more))
                while len(rest) >= count:
                    yield rest[:count], self._speed
                    rest = rest[count:]
            if not self._repeat:
                break
        silence = np.zeros(count, dtype=np.float32)
        yield np.concatenate((rest, silence[len(rest) :])), self._speed
        while True:
            yield silence, 1.0

    def _file(self) -> Iterator[Samples]:
        from cabin.audio.wav import stream_sound

        return stream_sound(self.device)
