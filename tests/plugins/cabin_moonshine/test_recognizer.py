from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cabin.errors import ConfigError, ModelError
from cabin.speech.recognizer import Recognizer, RecognizerSettings
from cabin_moonshine.decoder import Decoded
from cabin_moonshine.recognizer import MoonshineRecognizer, create_recognizer, hypotheses
from cabin_moonshine.tokenizer import Tokenizer


@pytest.fixture
def recognizer(random_model_dir: Path) -> MoonshineRecognizer:
    return MoonshineRecognizer(random_model_dir, n_best=3, max_utterance_s=2.0)


def test_keeps_the_interface(recognizer: MoonshineRecognizer) -> None:
    assert isinstance(recognizer, Recognizer)
    assert recognizer.name == "moonshine"


def test_blocks_add_up(recognizer: MoonshineRecognizer, sound: np.ndarray) -> None:
    recognizer.accept(sound)
    whole = recognizer.final()
    for start in range(0, len(sound), 777):
        recognizer.accept(sound[start : start + 777])
    assert recognizer.final() == whole
    assert len(whole.hypotheses) <= 3
    assert all(each.log_prob <= 0 for each in whole.hypotheses)


def test_partial_changes_nothing(recognizer: MoonshineRecognizer, sound: np.ndarray) -> None:
    recognizer.accept(sound)
    expected = recognizer.final()
    assert recognizer.partial().hypotheses == ()
    recognizer.accept(sound[:8000])
    assert not recognizer.partial().is_final
    recognizer.accept(sound[8000:])
    recognizer.partial()
    assert recognizer.final() == expected


def test_too_little_sound_gives_nothing(recognizer: MoonshineRecognizer) -> None:
    for samples in (0, 1, 895, 1599):
        recognizer.accept(np.ones(samples, np.float32))
        assert recognizer.partial().hypotheses == ()
        assert recognizer.final().hypotheses == ()


def test_reset_forgets(recognizer: MoonshineRecognizer, sound: np.ndarray) -> None:
    recognizer.accept(sound)
    recognizer.partial()
    recognizer.reset()
    assert recognizer.partial().text == ""
    assert recognizer.final().hypotheses == ()


def test_sound_past_the_limit_is_dropped_and_told(recognizer: MoonshineRecognizer) -> None:
    rng = np.random.default_rng(5)
    long = (0.1 * rng.normal(size=40_000)).astype(np.float32)
    recognizer.accept(long[:32_000])
    expected = recognizer.final()
    recognizer.accept(long[:31_000])
    recognizer.accept(long[31_000:])
    assert recognizer.partial().is_final
    assert recognizer.final() == expected


def test_spellings_of_one_text_are_one_hypothesis(random_model_dir: Path) -> None:
    tokenizer = Tokenizer(random_model_dir / "tokenizer.bin")
    spell = lambda text: tuple(3 + byte for byte in text.encode())  # noqa: E731
    found = hypotheses(
        [
            Decoded(spell("Stop."), math.log(0.4), math.log(0.4)),
            Decoded(spell("Top"), math.log(0.3), math.log(0.3)),
            Decoded(spell("stop"), math.log(0.2), math.log(0.2)),
            Decoded((), math.log(0.05), math.log(0.05)),
        ],
        tokenizer,
    )
    assert [each.text for each in found] == ["stop", "top"]
    assert found[0].log_prob == pytest.approx(math.log(0.6))


def test_settings_find_the_model_in_either_folder(random_model_dir: Path) -> None:
    for folder in (random_model_dir, random_model_dir.parent):
        made = create_recognizer(RecognizerSettings(folder, n_best=2, options={"model": "base", "beam": 4}))
        assert (made.n_best, made.beam) == (2, 4)
        made.close()


def test_all_wrong_options_are_told_at_once(random_model_dir: Path) -> None:
    options = {"modle": "base", "beam": 99, "model": "huge"}
    with pytest.raises(ConfigError) as caught:
        create_recognizer(RecognizerSettings(random_model_dir, options=options))
    assert len(caught.value.problems) == 3
    assert "Did you mean 'model'" in str(caught.value)


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cabin models get moonshine-tiny-en"):
        create_recognizer(RecognizerSettings(tmp_path, options={"model": "tiny"}))


def test_silence_clipping_and_noise_are_no_trouble(base_model_dir: Path) -> None:
    real = MoonshineRecognizer(base_model_dir)
    rng = np.random.default_rng(0)
    for sound in (np.zeros(16_000), np.ones(16_000), np.sign(rng.normal(size=16_000)), 0.01 * rng.normal(size=16_000)):
        real.accept(sound.astype(np.float32))
        transcript = real.final()
        assert len(transcript.text.split()) < 20  # no endless repeating
    real.close()
