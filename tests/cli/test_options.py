from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.cli.options import checked_text
from cabin.errors import UsageError


def test_words_become_one_text():
    assert checked_text(["open", "the window "]) == "open the window"


@given(st.lists(st.text(), max_size=5))
def test_any_words_give_a_text_or_a_clear_error(words):
    try:
        text = checked_text(words)
    except UsageError as error:
        assert str(error)
    else:
        assert text
        assert len(text) <= 400
        text.encode()


@pytest.mark.parametrize("words", [[], [""], ["x" * 401], ["\udce4"]])
def test_what_is_no_utterance(words):
    with pytest.raises(UsageError):
        checked_text(words)
