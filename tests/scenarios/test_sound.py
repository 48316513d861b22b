from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.errors import CabinError
from cabin.noise.level import active_level_db
from cabin.plugins import load_plugins
from cabin.scenarios.schema import Aloud
from cabin.scenarios.sound import Speaking, read_wav

pytest.importorskip("hibari", reason="hibari-tts is not installed")


@pytest.fixture(scope="module")
def speaking():
    return Speaking(load_plugins())


def test_speech_has_the_level_asked_for_and_is_always_alike(speaking):
    words, quiet = "open the window", Aloud(level_dbfs=-40.0)
    first = speaking.speak(words, quiet, 1)
    assert first.dtype == np.float32
    assert np.array_equal(first, speaking.speak(words, quiet, 1))
    louder = speaking.speak(words, Aloud(level_dbfs=-26.0), 1)
    assert active_level_db(louder) - active_level_db(first) == pytest.approx(14, abs=0.5)


def test_noise_is_drawn_by_the_seed(speaking):
    noisy = Aloud(speed_kph=100, snr_db=5)
    assert not np.array_equal(speaking.speak("hello", noisy, 1), speaking.speak("hello", noisy, 2))


def test_what_is_not_there(speaking):
    with pytest.raises(CabinError, match="hibari"):
        speaking.speak("hello", Aloud(voice="hibarii"), 1)
    with pytest.raises(CabinError, match="tyres"):
        speaking.speak("hello", Aloud(snr_db=5, sources=("tires",)), 1)


def test_a_wav_file_is_read_at_16_khz(tmp_path):
    write_wav(tmp_path / "a.wav", np.zeros(8000, np.float32), 8000)
    assert len(read_wav(tmp_path / "a.wav")) == pytest.approx(16000, abs=32)
