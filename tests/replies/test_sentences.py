from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cabin.budget.steps import STEPS, sentence
from cabin.replies.sentences import LONGEST, is_echo, sentences


def test_sentences():
    assert sentences("Opening the window. It is at 21.5 degrees! Which one? The left.") == [
        "Opening the window.",
        "It is at 21.5 degrees!",
        "Which one?",
        "The left.",
    ]
    assert sentences("Calling Dr. Smith. Done.") == ["Calling Dr. Smith.", "Done."]
    assert sentences("Playing Mr. Blue Sky by E. L. O. now.") == ["Playing Mr. Blue Sky by E. L. O. now."]
    assert sentences("  ") == []


def test_what_the_ladder_says_is_cut_at_its_sentences():
    assert len(sentences(sentence("normal", "essential"))) == 2
    assert all(sentences(sentence(before, after)) for before in STEPS for after in STEPS if (before, after) in TOLD)


TOLD = {("normal", "lean"), ("lean", "normal"), ("deaf", "essential")}


@given(st.text(max_size=900))
def test_nothing_is_lost_and_nothing_is_long(text):
    parts = sentences(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= LONGEST and part == part.strip() for part in parts)


def test_its_own_words_are_known_and_no_others():
    said = "Opening the passenger window. It is half open now."
    assert is_echo("opening the passenger window", said)
    assert is_echo("passenger window it is half open", said)
    assert is_echo("opening the passenger window it is have open now", said)
    assert not is_echo("close the passenger window", said)
    assert not is_echo("open the passenger window", said)
    assert not is_echo("the window", said)  # an answer
    assert not is_echo("", said)
    assert not is_echo("opening the passenger window", "")
