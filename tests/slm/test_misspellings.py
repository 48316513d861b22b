from __future__ import annotations

import pytest

from cabin.slm.misspellings import misspellings
from cabin.slm.numbers import find_numbers
from cabin.slm.slips import DIRECTIONS
from cabin.slm.text import normalize

ROWS = [(kind, word) for kind, words in misspellings().items() for word in words]


def test_every_kind_has_many():
    assert {kind: len(words) > 50 for kind, words in misspellings().items()} == dict.fromkeys(
        ("spelled", "sounds_alike", "short"), True
    )


@pytest.mark.parametrize(("kind", "word"), ROWS)
def test_a_misspelling_is_normal_text_and_turns_nothing_around(kind, word):
    variants = misspellings()[kind][word]
    for variant in variants:
        assert variant != word
        assert normalize(variant) == variant
        assert not set(variant.split()) & (DIRECTIONS - {word, "max"})
        if find_numbers(variant.split()):
            assert word in ("to", "too", "for")
    assert len(set(variants)) == len(variants)
