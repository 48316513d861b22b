from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cabin.audio.wav import read_sound
from cabin.errors import ConfigError
from cabin.messages import Transcript
from cabin.speech.recognizer import Recognizer, RecognizerSettings
from cabin_vosk.recognizer import VoskRecognizer

if TYPE_CHECKING:
    from cabin.messages import Samples

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
PHRASES = ["음악 을 틀어 주세요", "음악 을 꺼 주세요", "안녕하세요", "쿠쿠쿡 열어"]


@pytest.fixture(scope="module")
def recognizer(korean_model: Path) -> Iterator[VoskRecognizer]:
    """The open decoder alone."""
    recognizer = VoskRecognizer(RecognizerSettings(korean_model, n_best=4))
    yield recognizer
    recognizer.close()


@pytest.fixture(scope="module")
def with_grammar(korean_model: Path) -> Iterator[VoskRecognizer]:
    """A grammar beside it."""
    options = {"grammar": "beside", "phrases": PHRASES}
    recognizer = VoskRecognizer(RecognizerSettings(korean_model, n_best=4, max_utterance_s=5, options=options))
    yield recognizer
    recognizer.close()


def sound(name: str) -> Samples:
    return read_sound(FIXTURES / f"{name}.wav").samples


def hear(recognizer: VoskRecognizer, samples: Samples, block: int = 4_000) -> tuple[Transcript, list[Transcript]]:
    partials = []
    for begin in range(0, len(samples), block):
        recognizer.accept(samples[begin : begin + block])
        partials.append(recognizer.partial())
    return recognizer.final(), partials


def test_it_is_a_recognizer(recognizer: VoskRecognizer) -> None:
    assert isinstance(recognizer, Recognizer)


def test_a_word_said_is_heard(recognizer: VoskRecognizer) -> None:
    transcript, _ = hear(recognizer, sound("korean-hello"))
    assert transcript.text == "안녕하세요"
    assert transcript.is_final
    assert transcript.recognizer == "vosk"


def test_partials_grow_into_what_was_said(recognizer: VoskRecognizer) -> None:
    transcript, partials = hear(recognizer, sound("korean-rain"))
    texts = [partial.text for partial in partials]
    assert transcript.text.startswith("서울")
    assert transcript.text.endswith("옵니다")
    assert texts[0] == ""
    lengths = [len(text.split()) for text in texts]
    assert lengths == sorted(lengths)
    assert lengths[-1] >= 3
    assert not any(partial.is_final for partial in partials)


def test_asking_for_partials_changes_nothing(recognizer: VoskRecognizer) -> None:
    samples = sound("korean-hello")
    asked, partials = hear(recognizer, samples)
    recognizer.accept(samples)
    assert recognizer.final().text == asked.text
    assert any(partial.text for partial in partials)


def test_readings_are_ranked_and_bound_by_n_best(recognizer: VoskRecognizer) -> None:
    transcript, _ = hear(recognizer, sound("korean-music"))
    assert 2 <= len(transcript.hypotheses) <= 4
    scores = [hypothesis.log_prob for hypothesis in transcript.hypotheses]
    assert scores == sorted(scores, reverse=True)
    assert all(score <= 0 for score in scores)
    assert len({hypothesis.text for hypothesis in transcript.hypotheses}) == len(scores)


@pytest.mark.parametrize("samples", [np.zeros(32_000, np.float32), np.zeros(10, np.float32), np.zeros(0, np.float32)])
def test_silence_and_next_to_nothing_give_no_hypotheses(recognizer: VoskRecognizer, samples: Samples) -> None:
    recognizer.accept(samples)
    assert recognizer.final().hypotheses == ()
    assert recognizer.partial().hypotheses == ()


def test_reset_forgets_what_was_begun(recognizer: VoskRecognizer) -> None:
    recognizer.accept(sound("korean-rain"))
    recognizer.reset()
    recognizer.reset()
    assert recognizer.final().hypotheses == ()
    assert hear(recognizer, sound("korean-hello"))[0].text == "안녕하세요"


def test_one_utterance_after_another_is_heard_alike(recognizer: VoskRecognizer) -> None:
    samples = sound("korean-hello")
    assert [hear(recognizer, samples)[0].text for _ in range(3)] == ["안녕하세요"] * 3


def test_what_was_heard_before_a_pause_is_not_lost(recognizer: VoskRecognizer) -> None:
    """Vosk ends an utterance by itself at a pause; cabin's endpointer has not."""
    pause = np.zeros(40_000, np.float32)
    samples = np.concatenate((sound("korean-hello"), pause, sound("korean-rain")))
    transcript, partials = hear(recognizer, samples)
    assert transcript.text.startswith("안녕하세요")
    assert "서울" in transcript.text
    assert partials[-1].text.startswith("안녕하세요")


def test_a_phrase_of_the_grammar_is_heard_where_the_open_decoder_errs(
    recognizer: VoskRecognizer, with_grammar: VoskRecognizer
) -> None:
    samples = sound("korean-music")
    assert hear(recognizer, samples)[0].text != "음악 을 틀어 주세요"
    assert hear(with_grammar, samples)[0].text == "음악 을 틀어 주세요"


def test_other_speech_is_not_forced_into_the_grammar(with_grammar: VoskRecognizer) -> None:
    for name in ("korean-rain", "open-window"):
        transcript, _ = hear(with_grammar, sound(name))
        assert transcript.text not in PHRASES
    assert "서울" in hear(with_grammar, sound("korean-rain"))[0].text


def test_the_longest_utterance_is_a_limit(with_grammar: VoskRecognizer) -> None:
    hello = np.concatenate((sound("korean-hello"), np.zeros(2 * 16_000, np.float32)))
    with_grammar.accept(hello[: 5 * 16_000])
    assert with_grammar.partial().is_final
    with_grammar.accept(sound("korean-rain"))
    assert with_grammar.final().text == "안녕하세요"
    assert not with_grammar.partial().is_final


def test_words_that_the_model_lacks_are_told(korean_model: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = {"grammar": "beside", "phrases": ["쿠쿠쿡 열어", "sunshade"]}
    with caplog.at_level(logging.WARNING), pytest.raises(ConfigError, match=r"none of the phrases.*쿠쿠쿡, sunshade"):
        VoskRecognizer(RecognizerSettings(korean_model, options=options))
    assert "쿠쿠쿡" in caplog.text


def test_known_and_unknown_words_are_kept_apart(with_grammar: VoskRecognizer) -> None:
    assert with_grammar.unknown_words == ["쿠쿠쿡"]


def test_a_grammar_for_a_model_that_takes_none_is_told(tmp_path: Path) -> None:
    options = {"grammar": "beside", "phrases": ["open"]}
    with pytest.raises(ConfigError, match=r"plugins\.vosk\.grammar: this model takes no grammar"):
        VoskRecognizer(RecognizerSettings(tmp_path, options=options))
