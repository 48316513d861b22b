from __future__ import annotations

import pytest

from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_language import ANY_WORD, Language
from cabin.speech.lexicon import Lexicon


@pytest.fixture
def told(catalog_of) -> Language:
    return Language(compile_language(catalog_of("call {contact} please", "open the {position} window"), Lexicon()))


def words_after(language: Language, text: str) -> set[str]:
    state = language.start()
    for word in text.split():
        following = language.follow(state, language.number(word))
        assert following is not None
        state = following
    return {"*" if number == ANY_WORD else language.words[number] for number in language.next_words(state)}


def test_the_words_that_may_come_next(told):
    assert words_after(told, "") == {"call", "open"}
    assert words_after(told, "open the") == {"driver", "driver's", "rear"}
    assert words_after(told, "open the rear left") == {"window"}
    assert words_after(told, "open the rear left window") == set()


def test_an_open_slot_goes_on_and_may_end_after_each_word(told):
    assert words_after(told, "call") == {"*", "anna"}
    assert words_after(told, "call anna") == {"*", "berg", "please"}
    assert words_after(told, "call one two three") == {"*", "please"}


def test_a_class_is_extended_without_touching_the_rest(told):
    before = words_after(told, "open the")
    told.extend("contact", ["dr o'neill", "mum"])
    assert words_after(told, "call") == {"*", "anna", "dr", "mum"}
    assert words_after(told, "call dr") == {"*", "o'neill", "please"}
    assert words_after(told, "open the") == before
    told.extend("position", ["sliding"])
    assert told.accepts(["open", "the", "sliding", "window"])
    told.extend("contact", ["zoe"])
    assert words_after(told, "call") == {"*", "anna", "zoe"}
    assert told.accepts(["open", "the", "sliding", "window"])


def test_no_class_of_that_name(told):
    assert set(told.class_names) == {"contact", "position"}
    with pytest.raises(KeyError):
        told.extend("colour", ["red"])


def test_states_are_made_once_and_equal_ways_meet(told):
    assert told.follow(told.start(), told.number("open")) is told.follow(told.start(), told.number("open"))
    made = told.states
    assert told.accepts(["open", "the", "driver", "window"])
    assert told.accepts(["open", "the", "driver", "window"])
    assert made < told.states <= made + 4
