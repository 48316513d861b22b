from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.slm.encoding import EncodingError, encode_calls, encode_refusal
from cabin.slm.text import normalize
from cabin.slm.vocabulary import REFUSALS

WORDS = ["river", "quiet", "road", "adele's", "d'souza", "5", "new", "york", "é", "'n"]
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
POSITION = st.sampled_from(["left", "right", "all"])


@st.composite
def utterances(draw):
    """Return (text, calls): two or three calls in one breath, any of their slots given."""
    parts, calls = [], []
    for kind in draw(st.lists(st.sampled_from(["window", "heat", "music"]), min_size=1, max_size=3)):
        if kind == "window":
            slots = draw(st.fixed_dictionaries({}, optional={"position": POSITION, "value": st.integers(0, 100)}))
            parts.append(f"open {slots.get('value', '')}")
            calls.append(("window.open", slots))
        elif kind == "heat":
            value = draw(st.one_of(st.sampled_from(["max", "min"]), st.integers(32, 56).map(lambda n: n / 2)))
            parts.append(f"heat {value}")
            calls.append(("heat.set", {"value": value}))
        else:
            song, artist = normalize(" ".join(draw(NAMES))), normalize(" ".join(draw(NAMES)))
            parts.append(f"play {song} by {artist}")
            calls.append(("music.play", {"song": song, "artist": artist}))
    return normalize(" and ".join(parts)), calls


@settings(max_examples=80, deadline=None)
@given(utterances())
def test_what_is_encoded_is_accepted_and_read_back(grammar, utterance):
    text, calls = utterance
    reading = grammar.vocabulary.read(text)
    state = grammar.start()
    for token in encode_calls(calls, reading, grammar.spec, grammar.vocabulary):
        assert token in grammar.allowed(state, reading)
        state = grammar.advance(state, token, reading)
    assert state.done
    assert [(call.intent, dict(call.slots)) for call in state.calls] == [(name, dict(slots)) for name, slots in calls]


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_refusal_is_one_token(grammar, reason):
    reading = grammar.vocabulary.read("whatever")
    (token,) = encode_refusal(reason, grammar.vocabulary)
    assert grammar.advance(grammar.start(), token, reading).refused == reason


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ([("sunroof.open", {})], "unknown intent sunroof.open"),
        ([("window.open", {"speed": "fast"})], "no slot .*speed"),
        ([("window.open", {"position": "roof"})], "position cannot hold 'roof'"),
        ([("window.open", {"value": 30})], "value 30 was not said"),
        ([("music.play", {"song": "some river"})], "song cannot hold 'some river'"),
        ([("music.play", {"song": ""})], "song cannot hold ''"),
    ],
)
def test_what_cannot_be_written(grammar, calls, message):
    reading = grammar.vocabulary.read("open the window by twenty and play the quiet river")
    with pytest.raises(EncodingError, match=message):
        encode_calls(calls, reading, grammar.spec, grammar.vocabulary)


def test_a_value_that_wording_implies_needs_not_be_said(grammar):
    reading = grammar.vocabulary.read("let me hear some music")
    tokens = encode_calls([("music.play", {"song": "something"})], reading, grammar.spec, grammar.vocabulary)
    assert grammar.vocabulary.ids["song=something"] in tokens


def test_the_same_number_twice_takes_both_places(grammar):
    reading = grammar.vocabulary.read("open it to 20 and heat 20")
    calls = [("window.open", {"value": 20}), ("heat.set", {"value": 20})]
    tokens = encode_calls(calls, reading, grammar.spec, grammar.vocabulary)
    assert {grammar.vocabulary.ids["value#0"], grammar.vocabulary.ids["value#1"]} <= set(tokens)
