from __future__ import annotations

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.hearing import LazyHearing
from cabin.messages import Hypothesis, Transcript, Utterance

UTTERANCE = Utterance(np.ones(800, dtype=np.float32), 0, 0.05, "a.wav")


class Counts:
    """A recognizer that tells how many samples it was given."""

    name = "counts"

    def __init__(self):
        self.samples, self.is_closed = 0, False

    def accept(self, samples):
        self.samples += len(samples)

    def final(self):
        heard, self.samples = self.samples, 0
        return Transcript((Hypothesis(str(heard), 0.0),), self.name, is_final=False)

    def reset(self):
        self.samples = 0

    def close(self):
        self.is_closed = True


def test_nothing_is_loaded_before_there_is_something_to_hear():
    loaded = []
    hearing = LazyHearing(lambda: loaded.append(1) or Counts())
    hearing.close()
    assert loaded == []
    assert hearing.recognize(UTTERANCE) == Transcript((Hypothesis("800", 0.0),), "counts")
    hearing.recognize(UTTERANCE)
    assert loaded == [1]
    recognizer = hearing.recognizer
    hearing.close()
    assert recognizer.is_closed


def test_what_was_left_over_is_forgotten():
    hearing = LazyHearing(Counts)
    hearing.recognizer.accept(UTTERANCE.samples)
    assert hearing.recognize(UTTERANCE).text == "800"


def test_a_model_that_is_not_there_is_told_when_needed():
    def load():
        raise ModelError("no such model")

    hearing = LazyHearing(load)
    with pytest.raises(ModelError):
        hearing.load()
    with pytest.raises(ModelError):
        hearing.recognize(UTTERANCE)


def test_silence_has_no_utterances():
    hearing = LazyHearing(Counts)
    try:
        found = list(hearing.utterances([np.zeros(16000, dtype=np.float32)], "silence"))
    except ModelError:
        pytest.skip("the voice detector's model is not here")
    assert found == []


def test_a_recognizer_searches_less_widely_when_less_is_allowed_and_as_configured_again():
    class Wide(Counts):
        n_best, beam = 5, 8

        def final(self):
            self.searched = self.n_best, self.beam
            return Transcript(tuple(Hypothesis(str(number), 0.0) for number in range(5)), self.name)

    hearing = LazyHearing(Wide)
    assert len(hearing.recognize(UTTERANCE, 2).hypotheses) == 2
    assert hearing.recognizer.searched == (2, 2)
    assert len(hearing.recognize(UTTERANCE).hypotheses) == 5
    assert hearing.recognizer.searched == (5, 8)
