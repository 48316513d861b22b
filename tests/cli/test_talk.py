from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import Hypothesis, Transcript, Utterance


class Ears:
    """Hear a window being asked for in every block."""

    def utterances(self, blocks, source):
        for block in blocks:
            yield Utterance(block, 0.0, 0.1, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis("open the window", -1.0),), "test")

    def load(self):
        pass

    def close(self):
        pass


def speech(_seconds, _released):
    yield np.ones(160, dtype=np.float32)


def silence(_seconds, _released):
    return iter(())


@pytest.mark.parametrize("sees", [True, False])
def test_what_was_heard_is_for_those_with_the_right(cabin, live, sees):
    live(listen=speech, hearing=Ears(), transcripts=("self",) if sees else ())
    code, (told,), _ = cabin("talk", "--json", small=False)
    assert (code, told["heard"], told["outcomes"][0]["status"]) == (0, True, "done")
    assert told["transcript"] == ("open the window" if sees else None)
    assert (told["reply"] != "") is sees


def test_for_people(cabin, live):
    live(listen=speech, hearing=Ears(), transcripts=("self",))
    code, out, _ = cabin("talk", "--seconds", "1", small=False)
    assert code == 0
    assert "heard       open the window" in out
    assert "Opening the window." in out


def test_nothing_heard(cabin, live):
    live(listen=silence, hearing=Ears())
    assert cabin("talk", small=False)[:2] == (0, "nothing heard\n")
    assert cabin("talk", "--json", small=False)[1][0]["heard"] is False


def test_no_microphone(cabin, live):
    live()
    code, _, err = cabin("talk", small=False)
    assert code == 1
    assert "no microphone" in err


@pytest.mark.parametrize("seconds", ["0", "31", "long"])
def test_seconds_out_of_range(cabin, no_daemon, seconds):
    assert cabin("talk", "--seconds", seconds, small=False)[0] == 2
