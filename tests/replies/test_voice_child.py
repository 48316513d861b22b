from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from reply_fakes import FakeVoice

from cabin.replies.voice import VoiceSettings
from cabin.replies.voice_child import say


def made_of(samples):
    return SimpleNamespace(rate_hz=8000, say=lambda text: samples)


def test_sixteen_bits():
    assert np.frombuffer(say(made_of(np.array([0.0, 1.0, -1.0, 2.0, -2.0])), "x"), "<i2").tolist() == [
        *(0, 32767, -32767, 32767, -32768)
    ]
    assert len(say(FakeVoice(VoiceSettings()), "three words here")) == 2 * 8000 * 3 // 10


@pytest.mark.parametrize(
    "samples", [np.zeros((2, 8)), np.array([np.nan]), np.array([np.inf]), np.zeros(8000 * 61, dtype=np.float32)]
)
def test_what_is_no_sound_is_refused(samples):
    with pytest.raises(ValueError, match="the voice gave"):
        say(made_of(samples), "x")
