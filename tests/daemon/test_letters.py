"""Every letter survives the way; what is none of them is refused."""

from __future__ import annotations

import math

import pytest

from cabin.control.protocol import ProblemData
from cabin.daemon import letters
from cabin.daemon.frames import FrameError, FrameReader
from cabin.messages import Command, Hypothesis, Parse, Transcript

HEARD = Transcript((Hypothesis("open the window", -1.5), Hypothesis("open a window", -2.0)), "moonshine")
PARSE = Parse("open the window 20", (Command("window.open", {"value": 20, "position": "driver"}, 0.93, unsure=True),))
FROM = [
    letters.Loaded(812.5),
    letters.Broken("ModelError", (ProblemData("no model", "here"),)),
    letters.Pong(3),
    letters.Listened(7, True),
    letters.SpeechBegan(12.25),
    letters.SpeechEnded(2, 12.25, 14.0, True, lost_s=0.5),
    letters.Begun("recognize", 2),
    letters.Rested(),
    letters.Understood(2, HEARD, PARSE, {"recognize": 51.0}),
    letters.Woken(3, 0.94, True),
    letters.Unaddressed(4),
    letters.Superseded(1),
    letters.Parsed(9, Parse("hello", refused="chatter")),
    letters.Tested(9, 1, HEARD, PARSE, {"listen": 3.0}),
    letters.Failed("RuntimeError", 2),
]
TO = [
    letters.SoundBlock(1, 5.5, 160, True),
    letters.Ping(4),
    letters.ParseText(5, "open the window"),
    letters.TestHearing(6, "a.wav"),
    letters.Forget(),
    letters.Allow(False, 1),
    letters.Awake("follow_up", 12.5, 6.0),
    letters.OwnVoice(True, 12.5),
    letters.Quit(),
    letters.Setup(),
]


def sent(letter, known, body=b""):
    ((message, came),) = FrameReader().feed(letters.pack(letter, body))
    assert came == body
    return letters.unpack(message, known)


@pytest.mark.parametrize("letter", FROM, ids=lambda letter: type(letter).__name__)
def test_letters_of_the_worker_arrive(letter):
    assert sent(letter, letters.FROM_WORKER) == letter


@pytest.mark.parametrize("letter", TO, ids=lambda letter: type(letter).__name__)
def test_letters_of_the_main_process_arrive(letter):
    assert sent(letter, letters.TO_WORKER, b"sound") == letter


def test_all_letters_are_tested():
    assert {type(letter) for letter in FROM} == set(letters.FROM_WORKER.values())
    assert {type(letter) for letter in TO} == set(letters.TO_WORKER.values())


@pytest.mark.parametrize(
    "message",
    [{}, {"is": "Setup"}, {"is": "Pong"}, {"is": "Pong", "number": "3"}, {"is": "Pong", "number": 3, "more": 1}],
)
def test_what_is_no_letter_of_the_worker_is_refused(message):
    with pytest.raises(FrameError):
        letters.unpack(dict(message), letters.FROM_WORKER)


def test_log_probabilities_that_json_has_no_number_for():
    told = letters.finite(Transcript((Hypothesis("a", -math.inf), Hypothesis("b", -1.0)), "x"))
    assert [each.log_prob for each in told.hypotheses] == [-1e9, -1.0]
