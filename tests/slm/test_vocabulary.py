from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.slm.vocabulary import MAX_NUMBERS, REFUSALS, Reading, control_tokens
from tests.slm import tiny

LETTERS = st.text(alphabet=st.one_of(st.sampled_from("as'5 .-"), st.characters(codec="utf-8")), max_size=60)


@given(LETTERS)
def test_every_word_has_its_first_token(text):
    reading = Reading(text, tiny.tokenizer())
    assert len(reading.word_starts) == len(reading.words)
    assert reading.word_starts == sorted(set(reading.word_starts))
    assert [t for at in range(len(reading.words)) for t in reading.token_span(at, at + 1)] == reading.tokens
    if reading.words:
        assert reading.phrase(0, len(reading.words)) in text.lower() or not text.isascii()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("play Rock-n-Roll!", "rock-n-roll"),
        ("play nov. 17, live", "nov. 17, live"),
        ("play adele's album", "adele's album"),
        ("play 100% you", "100% you"),
        ("play r.e.m.", "r.e.m."),
        ("play a.j. styles.", "a.j. styles"),
        ("play mr. b.", "mr. b"),
        ("play blink-182", "blink-182"),
        ("play AC/DC", "ac/dc"),
        ("play 2 1/2 men", "2 1/2 men"),
        ("play guns n' roses", "guns n' roses"),
        ("play 1,000.5", "1,000.5"),
    ],
)
def test_phrases_are_given_as_they_were_said(text, said):
    reading = Reading(text, tiny.tokenizer())
    assert reading.phrase(1, len(reading.words)) == said


NAMES = st.from_regex(r"[a-zé0-9]{1,5}(?:(?:[-.'/&]|, |\. | - | )[a-zé0-9]{1,5}){0,5}", fullmatch=True)


@given(NAMES, st.sampled_from(["play {}", "call {} now", "take me to {} please", "{}"]))
def test_whatever_stands_between_the_words_of_a_frame_is_copied_as_it_stands(name, frame):
    reading = Reading(frame.format(name), tiny.tokenizer())
    before, after = (len(Reading(part, tiny.tokenizer()).words) for part in frame.split("{}"))
    assert reading.phrase(before, len(reading.words) - after) == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Adele's album", ["adele", "'s", "album"]),
        ("call Dinesh D'Souza now", ["call", "dinesh", "d'souza", "now"]),
        ("the boys' room", ["the", "boys'", "room"]),
        ("let's go", ["let", "'s", "go"]),
        ("a's'b x", ["a", "'s'b", "x"]),
    ],
)
def test_possessives_are_words_and_other_apostrophes_are_not(text, words):
    reading = Reading(text, tiny.tokenizer())
    assert reading.words == words
    assert len(reading.word_starts) == len(words)
    assert tiny.tokenizer().decode(reading.token_span(1, 2)).strip() == words[1]


def test_at_most_so_many_numbers_can_be_pointed_at():
    assert len(Reading("1 . 2 . 3 . 4 . 5 . 6 . 7 . 8", tiny.tokenizer()).numbers) == MAX_NUMBERS


def test_control_tokens_are_distinct_and_in_an_order_of_their_own(catalog, vocabulary):
    names = control_tokens(tiny.spec(catalog))
    assert len(set(names)) == len(names)
    assert names[:3] == ("call", "and", "end")
    assert names[3:8] == tuple(f"refuse:{reason}" for reason in REFUSALS)
    assert {"device:window", "action:open", "position=left", "value#5", "value=max", "open:song"} <= set(names)
    assert all(vocabulary.name(vocabulary.ids[name]) == name for name in names)
    assert vocabulary.name(vocabulary.text_size - 1) == tiny.tokenizer().id_to_token(vocabulary.text_size - 1)
    assert len(vocabulary) == vocabulary.text_size + len(names)
