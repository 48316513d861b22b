from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.audio.wav_format import WavFormat, decode_frames, read_format
from cabin.errors import SoundError


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if length is None else length) + body + b"\0" * (len(body) % 2)


def fmt(tag: int = 1, channels: int = 1, rate: int = 16_000, sample_bytes: int = 2, extra: bytes = b"") -> bytes:
    frame = channels * sample_bytes
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, 8 * sample_bytes) + extra)


def riff(*chunks: bytes, length: int | None = None, magic: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return magic + struct.pack("<I", len(body) if length is None else length) + body


def read(data: bytes) -> WavFormat:
    return read_format(io.BytesIO(data), "a.wav")


def test_chunks_before_the_sound_are_passed_over() -> None:
    wav = read(riff(chunk(b"LIST", b"odd"), fmt(), chunk(b"fact", b"1234"), chunk(b"data", bytes(20))))
    assert (wav.frames, wav.channels, wav.rate_hz, wav.encoding, wav.duration_s) == (10, 1, 16_000, "int", 10 / 16_000)


def test_extensible_format_says_its_kind_in_the_guid() -> None:
    guid = struct.pack("<HHIH", 22, 32, 0, 3) + bytes(14)
    wav = read(riff(fmt(0xFFFE, 2, 48_000, 4, guid), chunk(b"data", bytes(16))))
    assert (wav.encoding, wav.sample_bytes, wav.frames) == ("float", 4, 2)


def test_rf64_holds_its_length_elsewhere() -> None:
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, 8, 4, 0))
    data = riff(ds64, fmt(), chunk(b"data", bytes(8), 0xFFFF_FFFF), chunk(b"LIST", b"after"), magic=b"RF64")
    assert read(data).frames == 4


@pytest.mark.parametrize(("length", "riff_length"), [(0xFFFF_FFFF, 0xFFFF_FFFF), (0x7FFF_F024, 0x7FFF_F048), (0, 36)])
def test_a_length_never_filled_in_means_up_to_the_end(length: int, riff_length: int) -> None:
    assert read(riff(fmt(), chunk(b"data", bytes(30), length), length=riff_length)).frames == 15


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"RIFF", "no wav file"),
        (b"hello, this is text", "no wav file"),
        (b"fLaC" + bytes(40), "FLAC"),
        (b"OggS" + bytes(40), "Ogg"),
        (b"RIFX" + bytes(40), "big-endian"),
        (riff(fmt()), "no data chunk"),
        (riff(chunk(b"data", bytes(8))), "no fmt chunk"),
        (riff(fmt(), chunk(b"data", b"")), "0 samples"),
        (riff(fmt(), chunk(b"data", bytes(20), 100)), "truncated; seen: 20 bytes of sound; expected: 100 bytes"),
        (riff(fmt(7, sample_bytes=1), chunk(b"data", bytes(8))), "mu-law"),
        (riff(fmt(0x1234), chunk(b"data", bytes(8))), "codec 0x1234"),
        (riff(fmt(sample_bytes=8), chunk(b"data", bytes(8))), "8 bytes a sample"),
        (riff(fmt(channels=0), chunk(b"data", bytes(8))), "0 channels"),
        (riff(fmt(rate=200), chunk(b"data", bytes(8))), "200 Hz"),
        (riff(fmt())[:30], "no sound|does not say|no data"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(data: bytes, message: str) -> None:
    with pytest.raises(SoundError, match=message) as caught:
        read(data)
    assert str(caught.value).startswith("a.wav: ")


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_at_all_raise_anything_else(data: bytes, with_head: bool) -> None:
    head = riff(fmt(), chunk(b"data", bytes(4)))[: 200 - len(data)] if with_head else b""
    for junk in (data, head + data, head[:20] + data):
        try:
            assert read(junk).frames > 0
        except SoundError:
            continue


@pytest.mark.parametrize(
    ("encoding", "sample_bytes", "raw"),
    [
        ("int", 1, bytes([0, 128, 192])),
        ("int", 2, struct.pack("<3h", -32768, 0, 16384)),
        ("int", 3, b"\x00\x00\x80" + b"\x00\x00\x00" + b"\x00\x00\x40"),
        ("int", 4, struct.pack("<3i", -(2**31), 0, 2**30)),
        ("float", 4, struct.pack("<3f", -1, 0, 0.5)),
        ("float", 8, struct.pack("<3d", -1, 0, 0.5)),
    ],
)
def test_every_kind_of_sample_is_scaled_alike(encoding: str, sample_bytes: int, raw: bytes) -> None:
    frames = decode_frames(raw, WavFormat(encoding, sample_bytes, 1, 16_000, 0, 3))  # type: ignore[arg-type]
    assert frames.dtype == np.float32
    assert frames.tolist() == [[-1.0], [0.0], [0.5]]


def test_channels_are_told_apart() -> None:
    frames = decode_frames(struct.pack("<4h", 16384, -16384, 8192, 0), WavFormat("int", 2, 2, 16_000, 0, 2))
    assert frames.tolist() == [[0.5, -0.5], [0.25, 0.0]]
