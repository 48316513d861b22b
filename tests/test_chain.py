from __future__ import annotations

import numpy as np
import pytest

from cabin.chain import Chain
from cabin.executor import Executor
from cabin.messages import Command, Hypothesis, Parse, Transcript, Utterance
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


class Understands:
    """A parser that knows these texts."""

    def __init__(self, **texts):
        self.texts = {text.replace("_", " "): parse for text, parse in texts.items()}

    def parse(self, text):
        return self.texts.get(text, Parse(text, refused="unclear"))


class Hears:
    """Ears that hear these readings, best first."""

    def __init__(self, *readings):
        self.readings, self.calls = readings, []

    def utterances(self, blocks, source):
        for block in blocks:
            yield Utterance(block, 0.0, 1.0, source)

    def recognize(self, utterance):
        return Transcript(tuple(Hypothesis(text, score) for text, score in self.readings), "test")

    def load(self):
        self.calls.append("load")

    def close(self):
        self.calls.append("close")


@pytest.fixture
def chain(small_catalog, car):
    def chain(parser=None, hearing=None):
        return Chain(parser or TemplateParser(small_catalog), Executor(small_catalog, load_policy(), car), hearing)

    return chain


UTTERANCE = Utterance(np.zeros(16000, dtype=np.float32), 0.5, 1.5, "a.wav")


def test_a_text_moves_a_signal(chain, car):
    turn = chain().say("Open the window!")
    assert [outcome.status for outcome in turn.outcomes] == ["done"]
    assert turn.reply == "Opening the window."
    assert turn.outcomes[0].command.by == "template"
    assert car.read(WINDOW).value == 100
    assert list(turn.ms) == ["parse", "policy", "act", "total"]
    assert turn.ms["total"] >= max(ms for stage, ms in turn.ms.items() if stage != "total")


def test_several_commands_each_with_its_outcome_in_order(chain, car):
    car.place("Vehicle.Speed", 50.0)
    both = Parse("x", (Command("trunk.open"), Command("window.open"), Command("sunroof.open")))
    turn = chain(Understands(do_it=both)).say("do it")
    assert [outcome.status for outcome in turn.outcomes] == ["refused", "done", "unavailable"]
    assert turn.reply.startswith("Not while driving: I can open the trunk once the car stands. Opening the window.")
    assert car.read(WINDOW).value == 100


@pytest.mark.parametrize(("reason", "silent"), [("chatter", True), ("question", False), ("impossible", False)])
def test_a_refusal_does_nothing(chain, car, reason, silent):
    before = car.snapshot()
    turn = chain(Understands(hm=Parse("hm", refused=reason))).say("hm")
    assert (turn.parse.refused, turn.outcomes, turn.reply == "") == (reason, (), silent)
    assert car.snapshot() == before


def test_a_yes_is_handed_on(chain):
    assert chain().say("unlock the door").outcomes[0].status == "confirm"
    assert chain().say("unlock the door", lambda command, verdict: True).outcomes[0].status == "done"


def test_an_utterance_is_recognized_and_acted_on(chain, car):
    turn = chain(hearing=Hears(("open the window", -1.0))).hear(UTTERANCE, listen_ms=7.0)
    assert turn.transcript.text == "open the window"
    assert turn.utterance is UTTERANCE
    assert car.read(WINDOW).value == 100
    assert list(turn.ms) == ["listen", "recognize", "parse", "policy", "act", "total"]
    assert turn.ms["listen"] == 7.0
    assert turn.ms["total"] >= 7.0


def test_nothing_heard_is_met_with_silence(chain):
    turn = chain(hearing=Hears()).hear(UTTERANCE)
    assert (turn.parse, turn.outcomes, turn.reply) == (Parse("", refused="chatter"), (), "")


def test_recognizer_and_parser_choose_the_reading_together(chain):
    parser = Understands(
        open_the_widow=Parse("open the widow", refused="unclear", confidence=0.1),
        open_the_window=Parse("open the window", (Command("window.open"),), confidence=0.9),
    )
    heard = Hears(("open the widow", -1.0), ("open the window", -1.5))
    turn = chain(parser, heard).hear(UTTERANCE)
    assert [h.text for h in turn.transcript.hypotheses] == ["open the window", "open the widow"]
    assert turn.outcomes[0].status == "done"
    far_off = Hears(("open the widow", -1.0), ("open the window", -9.0))
    assert chain(parser, far_off).hear(UTTERANCE).outcomes == ()


def test_a_damaged_utterance_opens_nothing(chain, car):
    damaged = Utterance(UTTERANCE.samples, 0, 1, "mic", damaged=True)
    turn = chain(hearing=Hears(("open the trunk", -1.0))).hear(damaged)
    assert turn.outcomes[0].verdict.rule == "damaged sound"
    assert car.read("Vehicle.Body.Trunk.Rear.IsOpen").value is False


def test_utterances_come_with_what_finding_them_took(chain):
    found = list(chain(hearing=Hears()).utterances([UTTERANCE.samples] * 2, "a.wav"))
    assert [utterance.source for utterance, _ in found] == ["a.wav"] * 2
    assert all(ms >= 0 for _, ms in found)


def test_loading_and_closing_reach_the_ears(chain):
    ears = Hears()
    opened = chain(hearing=ears)
    opened.load()
    opened.close()
    assert ears.calls == ["load", "close"]
    chain().close()
    with pytest.raises(RuntimeError):
        chain().hear(UTTERANCE)


def test_a_session_makes_a_conversation(chain, car, small_catalog):
    from cabin.dialog.session import Session

    talk, session = chain(), Session(small_catalog)
    talk.say("open the window", session=session)
    turn = talk.say("and the passenger's too", session=session)
    assert [dict(command.slots) for command in turn.resolved] == [{"position": "passenger"}]
    assert car.read("Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position").value == 100
    asked = talk.say("unlock the door", session=session)
    assert asked.pending.text == asked.reply
    heard = chain(hearing=Hears(("yes", -1.0))).hear(UTTERANCE, session=session)
    assert ([outcome.status for outcome in heard.outcomes], heard.pending) == (["done"], None)


def test_a_yes_that_was_heard_with_gaps_opens_nothing(chain, car, small_catalog):
    from cabin.dialog.session import Session

    session = Session(small_catalog)
    chain().say("unlock the door", session=session)
    damaged = Utterance(UTTERANCE.samples, 0, 1, "mic", damaged=True)
    turn = chain(hearing=Hears(("yes", -1.0))).hear(damaged, session=session)
    assert turn.outcomes[0].verdict.rule == "damaged sound"


def test_a_callback_that_declines_leaves_no_question(chain, small_catalog):
    from cabin.dialog.session import Session

    turn = chain().say("unlock the door", lambda command, verdict: False, Session(small_catalog))
    assert (turn.outcomes[0].status, turn.pending) == ("confirm", None)
