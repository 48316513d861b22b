"""What is said aloud: a voice, in the noise of the car, as the microphone hears it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.plugins.manager import PluginManager
    from cabin.replies.voice import Voice
    from cabin.scenarios.schema import Aloud

__all__ = ["Speaking", "read_wav"]

_BEFORE_S, _AFTER_S = 0.4, 1.2
"""Quiet around the words: the detector has to hear them begin and end."""


class Speaking:
    """Voices, loaded once a run."""

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._voices: dict[tuple[str, float], Voice] = {}

    def speak(self, words: str, aloud: Aloud, seed: int) -> Samples:
        """Return the words as heard, 16 kHz mono float32. Raises ConfigError for a voice or noise that is not there."""
        import soxr

        from cabin.noise.mixing import mix
        from cabin.noise.scene import Scene, check_sources, scene_sound

        voice = self._voice(aloud)
        said = soxr.resample(voice.say(words), voice.rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
        before, after = (np.zeros(round(each * SAMPLE_RATE_HZ), np.float32) for each in (_BEFORE_S, _AFTER_S))
        speech = np.concatenate((before, said, after))
        noise = np.zeros(len(speech))
        if aloud.snr_db is not None:
            scene = Scene(aloud.speed_kph, check_sources(aloud.sources))
            noise = scene_sound(len(speech), scene, seed % 2**31)
        return mix(speech, noise, aloud.snr_db if aloud.snr_db is not None else 60.0, aloud.level_dbfs).samples

    def _voice(self, aloud: Aloud) -> Voice:
        from cabin.replies.voice import VoiceSettings

        key = aloud.voice, aloud.pace
        if key not in self._voices:
            entry = self._plugins.voices.get(aloud.voice)
            self._voices[key] = self._plugins.call(entry, VoiceSettings(speed=aloud.pace), budget_ms=60_000)
        return self._voices[key]


def read_wav(path: Path) -> Samples:
    """Return a wav file's sound at 16 kHz. Raises SoundError."""
    from cabin.audio.wav import stream_sound

    return np.concatenate(list(stream_sound(path)))
