from __future__ import annotations

import numpy as np
import pytest

from cabin.errors import UsageError
from scripts.voices.fetch import MODEL_FILE, SPEAKERS, voices_dir
from scripts.voices.speech import HIBARI, VOICES, speak_phonemes, synthesize

with_kokoro = pytest.mark.skipif(
    not (voices_dir() / MODEL_FILE).is_file(), reason="the voices are not here: python -m scripts.voices.fetch"
)


def test_there_are_28_speakers_and_hibari() -> None:
    assert len(set(SPEAKERS)) == 28
    assert (HIBARI, *SPEAKERS) == VOICES


def test_an_unknown_voice_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'af_bella'"):
        synthesize("open the window", "af_bela")


@pytest.mark.parametrize("speed", [0.1, 3.0])
def test_a_speed_out_of_range_is_told(speed: float) -> None:
    with pytest.raises(UsageError, match="speed is out of range"):
        synthesize("open the window", speed=speed)


def test_hibari_speaks_and_takes_no_phonemes() -> None:
    pytest.importorskip("hibari")
    sound = synthesize("open the window")
    assert sound.dtype == np.float32
    assert 0.8 < len(sound) / 16_000 < 3
    assert np.abs(sound).max() == pytest.approx(0.7, abs=0.01)
    assert not sound[:3_000].any()
    with pytest.raises(UsageError, match="unknown voice"):
        speak_phonemes("a", HIBARI)


def test_a_text_without_words_is_told() -> None:
    pytest.importorskip("hibari")
    with pytest.raises(UsageError, match="nothing to say"):
        synthesize("  ")


@with_kokoro
def test_speakers_differ_and_repeat_themselves() -> None:
    pytest.importorskip("hibari")
    one = synthesize("open it", "bm_george")
    assert np.array_equal(one, synthesize("open it", "bm_george"))
    other = synthesize("open it", "af_sky")
    assert len(other) != len(one) or not np.allclose(other, one)
    assert len(synthesize("open it", "bm_george", speed=1.6)) < len(one)
