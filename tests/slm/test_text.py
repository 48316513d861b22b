from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.slm.text import normalize, words_of

ANY = st.one_of(st.text(max_size=80), st.text(alphabet="acf's -.,/01234%°º½¼−\u2013\u2019", max_size=40))


@given(ANY)
def test_normalizing_twice_changes_nothing_more(text):
    once = normalize(text)
    assert normalize(once) == once


@given(ANY)
def test_only_words_with_single_spaces_remain(text):
    found = normalize(text)
    assert found == " ".join(words_of(found))
    assert not re.search(r"[^\w'. ]|_", found)
    assert found == found.lower()


@given(
    st.text(
        alphabet=st.characters(
            categories=["So", "Po", "Sm", "Zs", "Cc", "Cf", "Cs"], exclude_characters="%&+°", max_codepoint=0xFFFF
        )
    )
)
def test_symbols_are_no_words(text):
    assert all(word.strip("'").isalnum() for word in words_of(normalize(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Open the WINDOW!! ", "open the window"),
        ("it's 22.5°C", "it's 22.5 degrees celsius"),
        ("it’s 50 %", "it's 50 percent"),
        ("rock ‘n’ roll & soul", "rock 'n roll and soul"),
        ("1,000,000 and 3,5", "1000000 and 3 5"),
        ("1,000.5 and .5 and 22 .5", "1000.5 and 0.5 and 22.5"),
        ("22,5 or 1,000,000", "22.5 or 1000000"),
        ("22½°, ¾ open, 2 1/2", "22.5 degrees three quarters open 2.5"),
        ("22ºc, nº 5, −5, \u2013.5", "22 degrees celsius no 5 minus 5 minus 0.5"),
        ("24/7, 11/2, 1/2/3, no.5", "24 7 11 2 1 2 3 no 5"),
        ("-5 degrees, well-known", "minus 5 degrees well known"),
        ("the boys' room", "the boys' room"),
        ("ＯＰＥＮ it", "open it"),
        ("🚗 💨", ""),
        ("the 1980s, the 3rd", "the 1980s the 3rd"),
        ("\ud800 open", "open"),
    ],
)
def test_spellings(text, expected):
    assert normalize(text) == expected
