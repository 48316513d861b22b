"""Spoken commands for a daemon that is measured: recordings with quiet around them, and a socket to speak them into."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.errors import Problem, SoundError, UsageError
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["LONGEST_S", "QUIET_S", "SpeechSocket", "find_recordings", "quiet", "spoken"]

QUIET_S = 1.3
"""Quiet after each recording: longer than the silence that ends an utterance."""

LONGEST_S = 6.5
"""A recording that is fed faster than real time must fit into what the daemon keeps of a source, eight seconds."""

_LEVEL = 10 ** (-60 / 20)
"""Of the quiet, as standard deviation: a microphone is never at zero."""

_BLOCK_SAMPLES = 512
_PIECE_S = 0.02
"""Sound is handed over at most so often."""


def quiet(seconds: float, seed: int = 1) -> Samples:
    """Return faint noise, 60 dB below full scale."""
    import numpy as np

    noise = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE_HZ))
    return (_LEVEL * noise).astype(np.float32)


def spoken(file: Path) -> Samples:
    """Return a recording with quiet after it. Raises SoundError."""
    import numpy as np

    from cabin.audio.wav import read_sound

    return np.concatenate((read_sound(file).samples, quiet(QUIET_S)))


def find_recordings(folders: Sequence[Path], longest_s: float | None = None) -> tuple[Path, ...]:
    """Return the wav files of these folders, else the bundled recordings, without those that are too long.

    Raises UsageError for a folder without any, and when all are too long.
    """
    from cabin.audio.wav import read_sound
    from cabin.demo.script import load_script

    by_folder = [(folder, sorted(folder.glob("*.wav"))) for folder in folders]
    empty = [folder for folder, files in by_folder if not files]
    if empty:
        raise UsageError(Problem("no wav files there", "--recordings", str(folder)) for folder in empty)
    found = [file for _, files in by_folder for file in files] or [entry.file for entry in load_script()]
    if longest_s is not None:
        found = [file for file in found if len(read_sound(file).samples) <= longest_s * SAMPLE_RATE_HZ]
        if not found:
            raise UsageError(
                Problem("every recording is too long", "--recordings", expected=f"{longest_s:g} s or less")
            )
    return tuple(found)


class SpeechSocket:
    """Speaks into a daemon started with `--source socket:PATH`, at any pace."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, patience_s: float = 30.0) -> None:
        """Connect. Raises SoundError when nobody listens."""
        deadline_s = time.monotonic() + patience_s
        while True:
            try:
                _, self._writer = await asyncio.open_unix_connection(str(self._path))
            except OSError as error:
                if time.monotonic() > deadline_s:
                    raise SoundError(Problem("nobody takes sound there", str(self._path))) from error
                await asyncio.sleep(0.05)
            else:
                return

    async def close(self) -> None:
        """Disconnect."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
            self._writer = None

    async def speak(self, samples: Samples, speed: float = 1.0) -> None:
        """Speak a sound, shape (n,), so many times as fast as it was recorded. Raises SoundError."""
        import numpy as np

        assert self._writer is not None, "open it first"
        pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        blocks = max(1, round(_PIECE_S * speed * SAMPLE_RATE_HZ / _BLOCK_SAMPLES))
        size, due_s = 2 * blocks * _BLOCK_SAMPLES, time.monotonic()
        try:
            for begin in range(0, len(pcm), size):
                due_s += blocks * _BLOCK_SAMPLES / SAMPLE_RATE_HZ / speed
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                self._writer.write(pcm[begin : begin + size])
                await self._writer.drain()
        except OSError as error:
            raise SoundError(Problem("the daemon takes no more sound", str(self._path))) from error
