"""What is spoken to a daemon that is measured: which recordings, with what around them, at what pace."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cabin.audio.wav import read_sound, write_wav
from cabin.bench.speech_feed import QUIET_S, SpeechSocket, find_recordings, quiet, spoken
from cabin.demo.script import RECORDINGS
from cabin.errors import SoundError, UsageError


def test_the_bundled_recordings_or_those_of_folders(recordings):
    bundled = find_recordings([])
    assert {file.parent for file in bundled} == {RECORDINGS}
    assert [file.name for file in find_recordings([recordings])] == ["06-call.wav", "09-freezing.wav"]
    assert len(find_recordings([recordings, recordings])) == 4


def test_folders_without_recordings_are_all_told(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageError) as caught:
        find_recordings([tmp_path / "a", tmp_path / "b"])
    assert len(caught.value.problems) == 2


def test_long_ones_are_left_out(tmp_path):
    write_wav(tmp_path / "long.wav", quiet(3.0))
    with pytest.raises(UsageError, match="too long"):
        find_recordings([tmp_path], 2.9)
    write_wav(tmp_path / "short.wav", quiet(1.0))
    assert [file.name for file in find_recordings([tmp_path], 2.9)] == ["short.wav"]


def test_quiet_is_faint_and_never_zero():
    sound = quiet(2.0)
    assert sound.shape == (32_000,)
    assert 20 * np.log10(np.std(sound)) == pytest.approx(-60, abs=0.2)
    recording = RECORDINGS / "06-call.wav"
    assert len(spoken(recording)) == len(read_sound(recording).samples) + round(QUIET_S * 16_000)


def test_all_of_it_arrives_as_16_bit_at_the_pace_asked_for(short):
    samples = (0.5 * np.sin(np.arange(16_000) / 7)).astype(np.float32)

    async def main():
        got = asyncio.Queue()

        async def take(reader, writer):
            await got.put(await reader.read(-1))
            writer.close()

        async with await asyncio.start_unix_server(take, str(short / "s")):
            mouth = SpeechSocket(short / "s")
            await mouth.open()
            began_s = asyncio.get_running_loop().time()
            await mouth.speak(samples, 10.0)
            assert asyncio.get_running_loop().time() - began_s >= 0.09, "faster than asked for"
            await mouth.close()
            await mouth.close()
            return await asyncio.wait_for(got.get(), 30)

    heard = np.frombuffer(asyncio.run(main()), dtype="<i2").astype(np.float32) / 32767
    assert heard == pytest.approx(samples, abs=1e-4)


def test_nobody_listens(short):
    with pytest.raises(SoundError, match="nobody takes sound"):
        asyncio.run(SpeechSocket(short / "none").open(patience_s=0))
