"""The ears of a worker: utterances numbered and timed by when they were spoken, guesses at pauses, losses marked."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.endpoint import EndpointConfig
from cabin.audio.vad import FRAME_SAMPLES
from cabin.daemon import letters
from cabin.daemon.ears import Ears

FRAME_S = FRAME_SAMPLES / 16000


class Loud:
    """A voice detector that takes every loud frame for speech."""

    def probability(self, frame):
        return float(np.abs(frame).max() > 0.5)

    def reset(self):
        pass


class Mind:
    def __init__(self):
        self.taken, self.guesses, self.forgotten = [], [], 0
        self.guessed = ""

    def take(self, number, utterance, listen_ms, admission=None):
        self.taken.append((number, utterance))

    def guess(self, utterance, admission=None):
        self.guesses.append(utterance)

    def forget(self):
        self.forgotten += 1


@pytest.fixture
def ears():
    mail = []
    made = Ears(Loud(), EndpointConfig(), Mind(), mail.append)
    made.mail, made.number, made.clock_s = mail, 0, 1000.0
    return made


def hear(ears, loud, frames, **block):
    for _ in range(frames):
        ears.number += 1
        samples = np.full(FRAME_SAMPLES, 0.9 if loud else 0.0, dtype=np.float32)
        ears.take(letters.SoundBlock(ears.number, ears.clock_s, **block), samples.tobytes())
        ears.clock_s += FRAME_S


def of(ears, kind):
    return [letter for letter in ears.mail if isinstance(letter, kind)]


def test_an_utterance_with_when_it_was_spoken(ears):
    hear(ears, False, 40)
    hear(ears, True, 20)
    hear(ears, False, 40)
    ((number, utterance),) = ears._mind.taken
    assert number == 1
    (began,), (ended,) = of(ears, letters.SpeechBegan), of(ears, letters.SpeechEnded)
    assert began.begun_s == pytest.approx(1000 + 40 * FRAME_S - 0.3, abs=FRAME_S)
    assert ended.begun_s == pytest.approx(began.begun_s)
    assert ended.said_s == pytest.approx(1000 + 60 * FRAME_S, abs=FRAME_S)
    assert (ended.utterance, ended.damaged) == (1, False)
    heard = of(ears, letters.Listened)
    assert [letter.number for letter in heard] == list(range(1, 101))
    assert not heard[39].in_speech
    assert heard[55].in_speech
    guess = ears._mind.guesses[0]
    assert (guess.start_s, guess.end_s) == (utterance.start_s, utterance.end_s)


def test_without_speculation_nothing_is_guessed(ears):
    ears.speculates = False
    hear(ears, True, 20)
    hear(ears, False, 40)
    assert [guess for guess in ears._mind.guesses if guess is not None] == []
    assert len(ears._mind.taken) == 1


def test_a_click_is_told_as_discarded_and_speech_that_goes_on_drops_the_guess(ears):
    hear(ears, True, 4)
    hear(ears, False, 40)
    assert [letter.utterance for letter in of(ears, letters.SpeechEnded)] == [0]
    hear(ears, True, 20)
    hear(ears, False, 12)
    hear(ears, True, 3)
    assert ears._mind.guesses[-1] is None


def test_lost_sound_marks_the_utterance(ears):
    hear(ears, True, 10)
    hear(ears, True, 1, lost=1600, damaged=True)
    hear(ears, True, 10)
    hear(ears, False, 40)
    (ended,) = of(ears, letters.SpeechEnded)
    assert ended.damaged
    assert ended.lost_s == pytest.approx(0.1)


def test_forgetting(ears):
    hear(ears, True, 20)
    ears.forget()
    hear(ears, False, 40)
    assert ears._mind.taken == []
    assert ears._mind.forgotten == 1


@pytest.mark.parametrize(("guessed", "frames"), [("complete", 16), ("", 22), ("unfinished", 47)])
def test_the_end_comes_sooner_after_a_whole_command_and_later_in_a_half_one(ears, guessed, frames):
    hear(ears, True, 20)
    ears._mind.guessed = guessed
    hear(ears, False, frames - 1)
    assert ears._mind.taken == []
    hear(ears, False, 1)
    assert len(ears._mind.taken) == 1
    ears._mind.guessed = ""
    hear(ears, True, 20)  # the next one is waited for as configured
    hear(ears, False, 21)
    assert len(ears._mind.taken) == 1
    hear(ears, False, 1)
    assert len(ears._mind.taken) == 2


def test_speech_that_goes_on_is_waited_for_as_configured_again(ears):
    hear(ears, True, 20)
    ears._mind.guessed = "complete"
    hear(ears, False, 12)
    hear(ears, True, 3)
    ears._mind.guessed = ""
    hear(ears, False, 21)
    assert ears._mind.taken == []
    hear(ears, False, 1)
    assert len(ears._mind.taken) == 1
