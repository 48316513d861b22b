from __future__ import annotations

import pytest

from cabin.catalog.sampling import Sample, SampledCall
from cabin.slm.free_words import Change, FreeWords, numbers_in


@pytest.fixture(scope="module")
def free_words(catalog):
    return FreeWords(catalog)


def free(found):
    return " ".join(found.words[at] for at in found.free)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("please open the window", "please open the window"),
        ("open it to 20 percent please", "open it"),  # the word before a number tells what it is for
        ("open it to twenty two point five degrees now please", "open it please"),
        ("make it 5% please", "make"),
        ("ok 7", ""),
    ],
)
def test_numbers_their_units_and_neighbours_are_not_free(free_words, text, words):
    assert free(free_words.of(Sample(text))) == words


def test_names_are_not_free_and_where_they_are_is_told(free_words):
    call = SampledCall("music.play", {"song": "quiet river", "artist": "road golden"}, {"song": (19, 30)})
    sample = Sample("play road golden's quiet river and road golden", (call,))
    assert free_words.names(sample) == [(19, 30)]
    # an open slot without a span is copied from wherever its words stand
    assert free(free_words.of(sample)) == "play road golden's and"


def test_characters_are_spared_on_demand(free_words):
    found = free_words.of(Sample("open the window"), (5, 6))
    assert free(found) == "open window"
    assert found.at(1, 2, "a door") == Change(5, 15, "a door")


def test_calls_that_take_numbers(free_words):
    assert free_words.may_count(Sample("warm", (SampledCall("heat.set", {"value": 20}),)))
    assert not free_words.may_count(Sample("warm", (SampledCall("heat.up", {}),)))
    assert not free_words.may_count(Sample("hello", (), "chatter"))


def test_numbers_are_found_as_in_an_utterance():
    assert numbers_in("Adele's 22.5 °C, and 30%") == [(22.5, "celsius"), (30.0, "percent")]
