"""The header of a wav file: what its samples are and where they stand.

Layout of RIFF, RF64, WAVEFORMATEX and WAVEFORMATEXTENSIBLE: "Multimedia Programming Interface and Data Specifications
1.0" (IBM, Microsoft, 1991), EBU Tech 3306 and Microsoft's mmreg.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np

from cabin.audio.resample import check_rate
from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["WavFormat", "decode_frames", "read_format"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {2: "ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x50: "MPEG", 0x55: "MP3"}

_UNKNOWN_LENGTH = 0x7FFF_0000
"""A recorder that writes to a pipe cannot go back to fill in the length; it leaves one from here up, or 0."""

_OTHER_FILES = {
    b"fLaC": "a FLAC file",
    b"OggS": "an Ogg file",
    b"ID3": "an MP3 file",
    b"RIFX": "a big-endian wav file",
    b"FORM": "an AIFF file",
    b"caff": "a CAF file",
    b"\x1aE\xdf\xa3": "a Matroska or WebM file",
    b"RIFF": "a RIFF file of another kind",
}


@dataclass(frozen=True)
class WavFormat:
    """What the samples of a wav file are."""

    encoding: Literal["int", "float"]
    sample_bytes: int
    """Bytes that one sample of one channel takes."""
    channels: int
    rate_hz: int
    data_offset: int
    """Where the first sample stands, in bytes from the start of the file."""
    frames: int
    """Samples of each channel."""

    @property
    def frame_bytes(self) -> int:
        """Bytes that one sample of all channels takes."""
        return self.sample_bytes * self.channels

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate_hz


def read_format(file: BinaryIO, where: str) -> WavFormat:
    """Read the header of an open wav file. Raises SoundError when it is none, damaged, or of a kind not supported."""
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise SoundError(Problem("the file is empty", where, expected="a wav file", hint="Record it again."))
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise _no_wav(head, where)
    # Where a recorder was killed before it filled in the lengths, the file is longer than the header says it is.
    unfinished = int.from_bytes(head[4:8], "little") + 8 < size
    fmt: bytes | None = None
    long_size: int | None = None
    while len(header := file.read(8)) == 8:
        name, length = header[:4], int.from_bytes(header[4:], "little")
        if name == b"data":
            if length == 0xFFFF_FFFF and long_size is not None:
                length = long_size
            elif length >= _UNKNOWN_LENGTH or (length == 0 and unfinished):
                length = size - file.tell()
            return _format(fmt, where, file.tell(), _present(length, size - file.tell(), where))
        body = file.read(length + length % 2) if name in (b"fmt ", b"ds64") else b""
        if name == b"fmt ":
            fmt = body
        elif name == b"ds64" and len(body) >= 16:
            long_size = int.from_bytes(body[8:16], "little")
        else:
            file.seek(length + length % 2, 1)
    raise SoundError(
        Problem("the wav file has no sound in it", where, seen="no data chunk", hint="It was cut off; record it again.")
    )


def _no_wav(head: bytes, where: str) -> SoundError:
    kind = next(
        (kind for magic, kind in _OTHER_FILES.items() if head.startswith(magic)), f"a file that begins {head!r}"
    )
    return SoundError(
        Problem("this is no wav file", where, kind, "a wav file", "Convert it to wav, 16 bits, mono, 16000 Hz.")
    )


def _present(length: int, present: int, where: str) -> int:
    if length > present:
        raise SoundError(
            Problem(
                "the file is truncated",
                where,
                seen=f"{present} bytes of sound",
                expected=f"{length} bytes, as its header says",
                hint="Copy or record it again.",
            )
        )
    return length


def _format(fmt: bytes | None, where: str, offset: int, data_bytes: int) -> WavFormat:
    if fmt is None or len(fmt) < 16:
        raise SoundError(Problem("the wav file does not say what its samples are", where, seen="no fmt chunk"))
    tag, channels, rate_hz, _, frame_bytes, _ = struct.unpack("<HHIIHH", fmt[:16])
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")
    check_rate(rate_hz, where)
    sample_bytes = frame_bytes // channels if channels else 0
    if tag not in (_PCM, _FLOAT) or sample_bytes not in {_PCM: (1, 2, 3, 4), _FLOAT: (4, 8)}[tag]:
        codec = {_PCM: "integers", _FLOAT: "floats"}.get(tag, _CODECS.get(tag, f"codec 0x{tag:04x}"))
        raise SoundError(
            Problem(
                "samples of this kind cannot be read",
                where,
                seen=f"{codec}, {channels} channels, {sample_bytes} bytes a sample",
                expected="integers of 1 to 4 bytes or floats of 4 or 8",
                hint="Convert it to wav, 16 bits, mono, 16000 Hz.",
            )
        )
    if data_bytes < frame_bytes:
        raise SoundError(Problem("the wav file has no sound in it", where, seen="0 samples", hint="Record it again."))
    encoding: Literal["int", "float"] = "float" if tag == _FLOAT else "int"
    return WavFormat(encoding, sample_bytes, channels, rate_hz, offset, data_bytes // (sample_bytes * channels))


def decode_frames(raw: bytes, fmt: WavFormat) -> Samples:
    """Return raw frames as float32 of shape (frames, channels); integers are scaled so that full scale is 1.

    8-bit wav is unsigned with its middle at 128; wider integers are signed, little-endian, left-justified.
    """
    if fmt.encoding == "float":
        values = np.frombuffer(raw, dtype=f"<f{fmt.sample_bytes}").astype(np.float32)
    elif fmt.sample_bytes == 1:
        values = (np.frombuffer(raw, dtype=np.uint8).astype(np.float32) - 128.0) / 128.0
    elif fmt.sample_bytes == 3:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
        values = wide.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    else:
        values = np.frombuffer(raw, dtype=f"<i{fmt.sample_bytes}").astype(np.float32)
        values /= np.float32(2 ** (8 * fmt.sample_bytes - 1))
    return values.reshape(-1, fmt.channels)
