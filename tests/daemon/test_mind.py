"""The mind of a worker: whole utterances first, guesses used when they were right, the newer in place of the older."""

from __future__ import annotations

import queue
import threading

import numpy as np
import pytest

from cabin.daemon import letters
from cabin.daemon.mind import Mind
from cabin.messages import Command, Hypothesis, Parse, Transcript, Utterance


class Ears:
    """Stands for LazyHearing: what it hears is the end of the utterance; `hold` makes it wait."""

    def __init__(self):
        self.heard, self.hold, self.begun = [], threading.Event(), threading.Event()
        self.words = ""
        self.hold.set()

    def recognize(self, utterance, n_best=None):
        self.n_best = n_best
        self.begun.set()
        assert self.hold.wait(60)
        self.heard.append((utterance.start_s, utterance.end_s))
        if utterance.end_s < 0:
            raise RuntimeError("broken")
        return Transcript((Hypothesis(self.words or f"ends {utterance.end_s:g}", -1.0),), "ears")


class Parser:
    def parse(self, text):
        return Parse(text, refused="chatter")


def said(end_s):
    return Utterance(np.zeros(1, dtype=np.float32), 0.5, end_s, "test")


@pytest.fixture
def mind():
    mail = queue.Queue()
    ears = Ears()
    made = Mind(Parser(), ears, mail.put)
    made.ears, made.mail = ears, mail
    made.start()
    return made


def until(mail, kind):
    seen = []
    while True:
        letter = mail.get(timeout=60)
        seen.append(letter)
        if isinstance(letter, kind):
            return letter, seen


def test_an_utterance_is_recognized_and_parsed_with_its_progress_told(mind):
    mind.take(1, said(2.0), 0.5)
    letter, seen = until(mind.mail, letters.Understood)
    assert (letter.utterance, letter.transcript.text, letter.parse.text) == (1, "ends 2", "ends 2")
    assert seen[:2] == [letters.Begun("recognize", 1), letters.Begun("parse", 1)]
    assert set(letter.ms) == {"listen", "recognize", "parse"}
    until(mind.mail, letters.Rested)


def test_a_right_guess_is_used_and_a_wrong_one_is_not(mind):
    mind.guess(said(2.0))
    until(mind.mail, letters.Rested)
    mind.take(1, said(2.0), 0.0)
    letter, _ = until(mind.mail, letters.Understood)
    assert letter.ms["guessed"] == 1.0
    mind.guess(said(3.0))
    until(mind.mail, letters.Rested)
    until(mind.mail, letters.Rested)
    mind.take(2, said(4.0), 0.0)
    letter, _ = until(mind.mail, letters.Understood)
    assert "guessed" not in letter.ms
    assert mind.ears.heard == [(0.5, 2.0), (0.5, 3.0), (0.5, 4.0)]


def test_the_number_of_readings_allowed_reaches_the_recognizer(mind):
    mind.take(1, said(1.0), 0.0)
    until(mind.mail, letters.Understood)
    assert mind.ears.n_best is None
    mind.n_best = 1
    mind.take(2, said(2.0), 0.0)
    until(mind.mail, letters.Understood)
    assert mind.ears.n_best == 1


def test_a_newer_utterance_replaces_the_one_that_waits(mind):
    mind.ears.hold.clear()
    mind.take(1, said(1.0), 0.0)
    assert mind.ears.begun.wait(60)
    mind.take(2, said(2.0), 0.0)
    mind.take(3, said(3.0), 0.0)
    letter, _ = until(mind.mail, letters.Superseded)
    assert letter.utterance == 2
    mind.ears.hold.set()
    assert [until(mind.mail, letters.Understood)[0].utterance for _ in range(2)] == [1, 3]


def test_what_is_forgotten_is_not_begun(mind):
    mind.ears.hold.clear()
    mind.take(1, said(1.0), 0.0)
    assert mind.ears.begun.wait(60)
    mind.take(2, said(2.0), 0.0)
    mind.forget()
    assert until(mind.mail, letters.Superseded)[0].utterance == 2
    mind.ears.hold.set()
    until(mind.mail, letters.Rested)
    assert mind.ears.heard == [(0.5, 1.0)]


def test_texts_are_parsed_and_what_raises_is_told(mind):
    mind.ask(letters.ParseText(7, "hello"))
    assert until(mind.mail, letters.Parsed)[0] == letters.Parsed(7, Parse("hello", refused="chatter"))
    mind.take(4, said(-1.0), 0.0)
    assert until(mind.mail, letters.Failed)[0] == letters.Failed("RuntimeError", 4)
    mind.take(5, said(5.0), 0.0)
    assert until(mind.mail, letters.Understood)[0].utterance == 5


def test_how_a_guess_sounds_is_told_until_speech_goes_on(mind):
    class Whole:
        def parse(self, text):
            return Parse(text, (Command("window.open", {}),), confidence=0.99)

    mind._parser = Whole()
    mind.ears.words = "open the window"
    mind.guess(said(2.0))
    until(mind.mail, letters.Rested)
    assert mind.guessed == "complete"
    mind.guess(None)
    assert mind.guessed == ""
    mind.ears.hold.clear()
    mind.ears.begun.clear()
    mind.guess(said(3.0))
    assert mind.ears.begun.wait(60)
    mind.guess(None)  # while it is still being recognized
    mind.ears.hold.set()
    until(mind.mail, letters.Rested)
    assert mind.guessed == ""
