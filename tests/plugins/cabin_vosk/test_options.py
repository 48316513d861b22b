from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin_vosk.options import VoskOptions


def test_nothing_said_means_the_defaults() -> None:
    assert VoskOptions.from_mapping({}) == VoskOptions()


def test_lists_become_tuples() -> None:
    options = VoskOptions.from_mapping({"grammar": "beside", "phrases": ["open the window"], "alternatives": 3})
    assert options == VoskOptions(grammar="beside", phrases=("open the window",), alternatives=3)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        VoskOptions.from_mapping({"gramar": "beside", "grammar": False, "alternatives": 0, "phrases": "open"})
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "Did you mean 'grammar'?" in text
    assert "Put 'off' in quotes" in text


def test_a_grammar_needs_phrases() -> None:
    with pytest.raises(ConfigError, match=r"plugins\.vosk\.phrases"):
        VoskOptions.from_mapping({"grammar": "beside"})
