from __future__ import annotations

from cabin.slm.number_words import MULTIPLES, NAMES, ORDINALS, PAIRS, PARTS, SHARES, SMALL, TENS, UNITS, ZERO
from cabin.slm.text import normalize


def test_every_word_is_spelled_as_texts_are_normalized():
    phrases = [" ".join(phrase) for phrase, _ in UNITS] + [" ".join(phrase) for phrase in PARTS]
    for words in (*SMALL, *TENS, *PAIRS, *ZERO, *MULTIPLES, *ORDINALS, *SHARES, *phrases):
        assert normalize(words) == words


def test_no_word_stands_for_two_numbers():
    groups = (set(SMALL), set(TENS), set(PAIRS), set(ZERO), set(MULTIPLES), set(ORDINALS))
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_names_are_the_right_spelling():
    assert [NAMES[value] for value in (0, 4, 14, 40, 90)] == ["zero", "four", "fourteen", "forty", "ninety"]
    assert all((SMALL | TENS)[word] == value for value, word in NAMES.items())


def test_pairs_are_all_from_21_to_99():
    assert set(PAIRS.values()) == {value for value in range(21, 100) if value % 10}


def test_of_two_unit_phrases_that_begin_alike_the_longer_is_tried_first():
    phrases = [phrase for phrase, _ in UNITS]
    for at, phrase in enumerate(phrases):
        assert not any(longer[: len(phrase)] == phrase for longer in phrases[at + 1 :]), phrase
