from __future__ import annotations

import struct
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.audio.wav import read_sound, sound_info, stream_sound, write_wav
from cabin.errors import SoundError


def sine(rate_hz: int, seconds: float, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 300 * np.arange(round(rate_hz * seconds)) / rate_hz)


def encode(samples: np.ndarray, kind: str) -> bytes:
    if kind == "u8":
        return (np.rint(samples * 127) + 128).astype(np.uint8).tobytes()
    if kind == "i24":
        return np.rint(samples * (2**23 - 1)).astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    if kind in ("i16", "i32"):
        bits = int(kind[1:])
        return np.rint(samples * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}").tobytes()
    return samples.astype(f"<f{int(kind[1:]) // 8}").tobytes()


def make(path: Path, samples: np.ndarray, kind: str, rate_hz: int, channels: int, extensible: bool = False) -> Path:
    tag, sample_bytes = (3 if kind[0] == "f" else 1), int(kind[1:]) // 8
    frames = np.repeat(samples[:, None], channels, axis=1).ravel()
    frame = channels * sample_bytes
    head = struct.pack("<HIIHH", channels, rate_hz, rate_hz * frame, frame, 8 * sample_bytes)
    body = encode(frames, kind)
    fmt = struct.pack("<H", 0xFFFE if extensible else tag) + head
    fmt += struct.pack("<HHIH", 22, 8 * sample_bytes, 0, tag) + bytes(14) if extensible else b""
    chunks = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(["u8", "i16", "i24", "i32", "f32", "f64"]),
    rate_hz=st.sampled_from([4_000, 8_000, 16_000, 22_050, 44_100, 48_000, 192_000]) | st.integers(4_000, 192_000),
    channels=st.integers(1, 6),
    extensible=st.booleans(),
)
def test_any_kind_rate_and_channels_give_the_same_sound(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rate_hz: int, channels: int, extensible: bool
) -> None:
    path = make(tmp_path_factory.mktemp("wav") / "a.wav", sine(rate_hz, 0.3), kind, rate_hz, channels, extensible)
    sound = read_sound(path)
    assert sound.samples.dtype == np.float32
    assert abs(len(sound.samples) - 4_800) <= 2
    expected = sine(16_000, 0.3)[800:4_000]
    assert np.abs(sound.samples[800:4_000] - expected).max() < 0.02
    assert not sound.clipped
    info = sound_info(path)
    assert (info.rate_hz, info.channels, info.frames) == (rate_hz, channels, round(rate_hz * 0.3))


def test_channels_are_averaged(tmp_path: Path) -> None:
    left, right = np.full(1_600, 0.5), np.full(1_600, -0.25)
    path = make(tmp_path / "a.wav", np.stack((left, right), axis=1).ravel(), "i16", 16_000, 1)
    data = bytearray(path.read_bytes())
    struct.pack_into("<HIIH", data, 22, 2, 16_000, 64_000, 4)
    path.write_bytes(data)
    assert read_sound(path).samples == pytest.approx(np.full(1_600, 0.125), abs=1e-4)


def test_blocks_add_up_to_the_whole(tmp_path: Path) -> None:
    path = make(tmp_path / "a.wav", sine(44_100, 1.7), "i16", 44_100, 2)
    blocks = list(stream_sound(path, 0.1))
    assert len(blocks) > 10
    assert np.allclose(np.concatenate(blocks), read_sound(path).samples, atol=1e-5)


@pytest.mark.parametrize(("amplitude", "clipped"), [(0.5, False), (3.0, True)])
@pytest.mark.parametrize("kind", ["u8", "i16", "f32"])
def test_clipping_is_noticed(tmp_path: Path, kind: str, amplitude: float, clipped: bool) -> None:
    samples = np.clip(sine(48_000, 0.5, amplitude), -1, 1)
    sound = read_sound(make(tmp_path / "a.wav", samples, kind, 48_000, 1))
    assert sound.clipped is clipped
    assert np.abs(sound.samples).max() <= 1.0


def test_float_beyond_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    sound = read_sound(make(tmp_path / "a.wav", sine(16_000, 0.5, 4.0), "f32", 16_000, 1))
    assert sound.clipped
    assert np.abs(sound.samples).max() == 1.0


def test_a_silent_file_is_silence(tmp_path: Path) -> None:
    sound = read_sound(make(tmp_path / "a.wav", np.zeros(8_000), "i16", 8_000, 1))
    assert sound.duration_s == pytest.approx(1.0, abs=0.001)
    assert not sound.samples.any()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_told(tmp_path: Path, value: float) -> None:
    samples = sine(16_000, 0.5)
    samples[3_000] = value
    with pytest.raises(SoundError, match=r"a\.wav: .*no numbers"):
        read_sound(make(tmp_path / "a.wav", samples, "f32", 16_000, 1))


def test_missing_folder_and_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="no such file"):
        read_sound(tmp_path / "missing.wav")
    with pytest.raises(SoundError, match="this is no file"):
        read_sound(tmp_path)
    (tmp_path / "text.wav").write_text("open the window")
    with pytest.raises(SoundError, match="no wav file"):
        list(stream_sound(tmp_path / "text.wav"))


@pytest.mark.parametrize("keep", [0, 3, 11, 20, 30, 43, 44, 60, 1_000])
def test_a_truncated_file_is_told_wherever_it_is_cut(tmp_path: Path, keep: int) -> None:
    path = make(tmp_path / "a.wav", sine(16_000, 0.2), "i16", 16_000, 1)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SoundError, match=r"a\.wav"):
        read_sound(path)


def test_a_file_that_is_too_long_is_told_before_it_is_read(tmp_path: Path) -> None:
    path = make(tmp_path / "a.wav", np.zeros(16_000), "u8", 4_000, 1)
    with pytest.raises(SoundError, match="seen: 4 s; expected: at most 3 s"):
        read_sound(path, max_s=3)


@pytest.fixture(scope="module")
def hour_long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hour") / "hour.wav"
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 1, 8_000, 0, "NONE", ""))
        for _ in range(60):
            writer.writeframes(b"\x80" * 8_000 * 60)
    return path


def test_an_hour_is_streamed_in_little_memory(hour_long: Path) -> None:
    tracemalloc.start()
    count = sum(len(block) for block in stream_sound(hour_long))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == pytest.approx(3_600 * 16_000, abs=2)
    assert peak < 8 * 2**20


def test_an_hour_is_read_in_the_memory_of_its_samples(hour_long: Path) -> None:
    tracemalloc.start()
    sound = read_sound(hour_long)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sound.duration_s == pytest.approx(3_600, abs=0.01)
    assert peak < sound.samples.nbytes + 8 * 2**20


def test_flac_is_read_where_soundfile_is(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.flac", np.stack([sine(44_100, 0.5)] * 2, axis=1), 44_100)
    sound = read_sound(tmp_path / "a.flac")
    assert np.abs(sound.samples[800:7_000] - sine(16_000, 0.5)[800:7_000]).max() < 0.01
    (tmp_path / "a.flac").write_bytes((tmp_path / "a.flac").read_bytes()[:2_000])
    with pytest.raises(SoundError, match=r"a\.flac"):
        read_sound(tmp_path / "a.flac")


def test_flac_without_soundfile_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.flac").write_bytes(b"fLaC" + bytes(100))
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    with pytest.raises(SoundError, match=r"FLAC.*soundfile"):
        read_sound(tmp_path / "a.flac")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    samples = np.array(values, dtype=np.float32)
    write_wav(path, samples)
    assert np.abs(read_sound(path).samples - samples).max() < 1.1 / 32768 * 2
    assert [entry.name for entry in path.parent.iterdir()] == ["a.wav"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(SoundError, match=r"a\.wav: the file cannot be written"):
        write_wav(tmp_path / "a.wav", np.zeros(10, np.float32))
    with pytest.raises(SoundError, match="cannot be written"):
        write_wav(tmp_path / "missing" / "a.wav", np.zeros(10, np.float32))
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.wav"]
