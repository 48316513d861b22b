"""The virtual microphone: what is played into it is what another program records from it."""

from __future__ import annotations

import asyncio
import subprocess

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench.speech_feed import quiet
from cabin.bench.virtual_microphone import DEVICE, VirtualMicrophone, lacking
from cabin.errors import SoundError

needs_pulse = pytest.mark.skipif(bool(lacking()), reason=f"no virtual microphone here: {', '.join(lacking())} missing")


@needs_pulse
def test_what_is_played_is_recorded(short):
    tone = (0.4 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)).astype(np.float32)
    write_wav(short / "tone.wav", np.concatenate((tone, quiet(0.5))))
    (short / "pulse").mkdir()

    async def main():
        async with VirtualMicrophone(short / "pulse") as microphone:
            command = ["parecord", "--raw", "--rate=16000", "--channels=1", "--format=s16le"]
            recorder = subprocess.Popen(
                [*command, f"--device={DEVICE.removeprefix('pulse:')}"],
                env=microphone.environ,
                stdout=subprocess.PIPE,
            )
            try:
                first = await asyncio.to_thread(recorder.stdout.read, 2)
                assert len(first) == 2
                await microphone.play(short / "tone.wav")
            finally:
                recorder.terminate()
            return await asyncio.to_thread(recorder.stdout.read)

    recorded = asyncio.run(main())
    heard = np.frombuffer(recorded[: len(recorded) // 2 * 2], dtype="<i2")
    spectrum = np.abs(np.fft.rfft(heard))
    loudest_hz = np.argmax(spectrum) * 16_000 / len(heard)
    assert loudest_hz == pytest.approx(440, abs=3)


@needs_pulse
def test_what_cannot_be_played_is_told(short):
    (short / "pulse").mkdir()

    async def main():
        async with VirtualMicrophone(short / "pulse") as microphone:
            with pytest.raises(SoundError, match="paplay"):
                await microphone.play(short / "none.wav")

    asyncio.run(main())


def test_what_is_missing_is_told_with_the_package(short, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _program: None)
    assert {"pulseaudio", "pulseaudio-utils"} <= set(lacking())
    with pytest.raises(SoundError, match=r"apt-get install .*pulseaudio-utils"):
        VirtualMicrophone(short)
