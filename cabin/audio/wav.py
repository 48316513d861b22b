"""Sound files in and out: any wav file (and FLAC, where soundfile is installed) to mono float32 at 16 kHz.

Files are read and resampled a block at a time, so an hour of 48 kHz stereo costs no more memory than its 16 kHz result.
"""

from __future__ import annotations

import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from cabin.audio.level import clipped_samples, is_clipped
from cabin.audio.resample import Resampler
from cabin.audio.wav_format import WavFormat, decode_frames, read_format
from cabin.errors import Problem, SoundError
from cabin.messages import SAMPLE_RATE_HZ, Sound

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["MAX_SOUND_S", "SoundInfo", "read_sound", "sound_info", "stream_sound", "write_wav"]

MAX_SOUND_S = 7200.0
"""The longest sound that `read_sound` puts into memory: 2 h are 461 MB of float32. `stream_sound` has no limit."""

_BLOCK_S = 1.0
_MOST_BYTES = 8 * 2**20
"""Read at once at most, whatever number of channels a damaged header claims."""


@dataclass(frozen=True)
class SoundInfo:
    """What a sound file holds, from its header."""

    rate_hz: int
    channels: int
    frames: int
    """Samples of each channel at the file's own rate."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate_hz


def sound_info(path: Path | str) -> SoundInfo:
    """Read the header of a sound file. Raises SoundError when it is missing, damaged or of a kind not supported."""
    with _opened(path) as (_, info):
        return info


def read_sound(path: Path | str, max_s: float = MAX_SOUND_S) -> Sound:
    """Read a whole sound file.

    Raises SoundError when the file is missing, empty, truncated, longer than `max_s` seconds, holds samples that are no
    numbers, or is of a kind not supported. A silent file is no error.
    """
    with _opened(path) as (blocks, info):
        if info.duration_s > max_s:
            raise SoundError(
                Problem(
                    "the sound is too long to be read at once",
                    str(path),
                    seen=f"{info.duration_s:.0f} s",
                    expected=f"at most {max_s:.0f} s",
                    hint="Cut it into parts.",
                )
            )
        # One buffer of the final size; a list of blocks and its concatenation would take twice as much.
        samples = np.zeros(round(info.frames * SAMPLE_RATE_HZ / info.rate_hz) + 1, dtype=np.float32)
        filled = clipped = 0
        for block, block_clipped in _mono_16k(blocks, info, str(path)):
            block = block[: len(samples) - filled]  # noqa: PLW2901
            samples[filled : filled + len(block)] = block
            filled += len(block)
            clipped += block_clipped
    return Sound(samples[:filled], str(path), is_clipped(clipped))


def stream_sound(path: Path | str, block_s: float = _BLOCK_S) -> Iterator[Samples]:
    """Yield a sound file as blocks of about `block_s` seconds, mono float32 at SAMPLE_RATE_HZ, in constant memory.

    Raises SoundError as `read_sound` does, for damage within the file when the block is reached.
    """
    with _opened(path, block_s) as (blocks, info):
        for block, _ in _mono_16k(blocks, info, str(path)):
            if len(block):
                yield block


def write_wav(path: Path | str, samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write mono samples, shape (n,), in [-1, 1] as a 16-bit wav file, whole or not at all.

    Raises SoundError when the file cannot be written.
    """
    path = Path(path)
    pcm = np.clip(np.rint(np.asarray(samples, dtype=np.float64) * 32767.0), -32768, 32767).astype("<i2")
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            with wave.open(file, "wb") as writer:
                writer.setnchannels(1)
                writer.setsampwidth(2)
                writer.setframerate(rate_hz)
                writer.writeframes(pcm.tobytes())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise SoundError(Problem("the file cannot be written", str(path), error.strerror or str(error))) from error


_Blocks = Iterator["Samples"]


@contextmanager
def _opened(path: Path | str, block_s: float = _BLOCK_S) -> Iterator[tuple[_Blocks, SoundInfo]]:
    """Open a sound file: its blocks, shape (frames, channels) at its own rate, and what its header says."""
    where = str(path)
    try:
        if not Path(path).is_file():
            what = "this is no file" if Path(path).exists() else "there is no such file"
            raise SoundError(Problem(what, where, expected="a wav file", hint="Check the path."))
        with Path(path).open("rb") as file:
            if file.read(4) == b"fLaC":
                with _opened_flac(where, block_s) as opened:
                    yield opened
                return
            fmt = read_format(file, where)
            yield _wav_blocks(file, fmt, where, block_s), SoundInfo(fmt.rate_hz, fmt.channels, fmt.frames)
    except OSError as error:
        raise SoundError(Problem("the file cannot be read", where, error.strerror or str(error))) from error


def _wav_blocks(file: BinaryIO, fmt: WavFormat, where: str, block_s: float) -> _Blocks:
    file.seek(fmt.data_offset)
    block_frames = max(1, min(round(block_s * fmt.rate_hz), _MOST_BYTES // fmt.frame_bytes))
    left = fmt.frames
    while left > 0:
        raw = file.read(min(block_frames, left) * fmt.frame_bytes)
        got = len(raw) // fmt.frame_bytes
        if not got:
            raise SoundError(Problem("the file became shorter while it was read", where, hint="Read it again."))
        yield decode_frames(raw[: got * fmt.frame_bytes], fmt)
        left -= got


@contextmanager
def _opened_flac(where: str, block_s: float) -> Iterator[tuple[_Blocks, SoundInfo]]:
    try:
        import soundfile
    except ImportError as error:
        raise SoundError(
            Problem(
                "this is a FLAC file",
                where,
                expected="a wav file",
                hint="Convert it to wav, or install the Python package 'soundfile'.",
            )
        ) from error
    try:
        with soundfile.SoundFile(where) as file:
            if not file.frames:
                raise SoundError(
                    Problem("the file has no sound in it", where, seen="0 samples", hint="Record it again.")
                )
            block_frames = max(1, round(block_s * file.samplerate))
            blocks = file.blocks(block_frames, dtype="float32", always_2d=True)
            yield _whole(blocks, file.frames, where), SoundInfo(file.samplerate, file.channels, file.frames)
    except soundfile.SoundFileError as error:
        raise SoundError(Problem("the FLAC file is damaged", where, str(error), hint="Copy it again.")) from error


def _whole(blocks: _Blocks, frames: int, where: str) -> _Blocks:
    """Pass the blocks on, and raise SoundError when they end early: the decoder stops without a word at a cut."""
    seen = 0
    for block in blocks:
        seen += len(block)
        yield block
    if seen < frames:
        raise SoundError(
            Problem(
                "the file is truncated", where, f"{seen} samples", f"{frames}, as its header says", "Copy it again."
            )
        )


def _mono_16k(blocks: _Blocks, info: SoundInfo, where: str) -> Iterator[tuple[Samples, int]]:
    """Yield each block as mono at SAMPLE_RATE_HZ, with the number of its samples that were clipped in the file."""
    resampler = Resampler(info.rate_hz, where)
    for block in blocks:
        if not np.isfinite(block).all():
            raise SoundError(
                Problem("the file holds samples that are no numbers", where, "NaN or infinity", hint="Record it again.")
            )
        clipped = max(clipped_samples(block[:, channel]) for channel in range(info.channels))
        mono = np.clip(block, -1.0, 1.0).mean(axis=1, dtype=np.float32)
        yield np.clip(resampler.process(mono), -1.0, 1.0), clipped
    yield np.clip(resampler.process(np.zeros(0, dtype=np.float32), last=True), -1.0, 1.0), 0
