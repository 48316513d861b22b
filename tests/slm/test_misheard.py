from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.catalog.sampling import Sample, SampledCall
from cabin.slm.encoding import encode_calls
from cabin.slm.misheard import Listener, misheard
from cabin.slm.numbers import find_numbers
from cabin.slm.slips import DIRECTIONS
from cabin.slm.text import normalize

SEEDS = st.integers(0, 2**32).map(random.Random)
ROWS = [(said, heard, count) for said, row in misheard().items() for heard, count in row]


@pytest.fixture(scope="module")
def listener(catalog):
    return Listener(catalog)


def test_the_file_holds_what_the_recognizer_gave():
    assert len(ROWS) >= 100
    assert all(isinstance(count, int) and count >= 2 for _, _, count in ROWS)


@pytest.mark.parametrize(("said", "heard"), [row[:2] for row in ROWS])
def test_a_row_is_normal_text_without_numbers_and_turns_nothing_around(said, heard):
    assert said != heard
    for words in (said, heard):
        assert normalize(words) == words
        assert 1 <= len(words.split()) <= 2
        assert not find_numbers(words.split())
    assert not (set(heard.split()) - set(said.split())) & DIRECTIONS


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.lists(st.sampled_from(sorted(misheard())), min_size=1, max_size=4))
def test_a_misheard_sample_keeps_its_calls_and_can_be_written(grammar, listener, rng, phrases):
    some = " ".join(phrases)
    text = f"{some} play quiet {some} {some} heat 21 degrees"
    song = f"quiet {some}"
    start = len(some) + 6
    calls = (
        SampledCall("music.play", {"song": song}, {"song": (start, start + len(song))}),
        SampledCall("heat.set", {"value": 21}, {"value": (text.index("21"), text.index("21") + 2)}),
    )
    after = listener.mishear(Sample(text, calls), rng)
    assert [(call.intent, call.slots) for call in after.calls] == [(call.intent, call.slots) for call in calls]
    for call in after.calls:
        encode_calls([(call.intent, call.slots)], grammar.vocabulary.read(after.text), grammar.spec, grammar.vocabulary)
    first, last = after.calls[0].spans["song"]
    assert after.text[first:last] == song


def test_what_is_heard_more_often_is_drawn_more_often(listener):
    single = sorted((count, said) for said, _, count in ROWS if " " not in said and len(misheard()[said]) == 1)
    (few, rare), (many, usual) = single[0], single[-1]
    assert many >= 1.5 * few
    rng = random.Random(3)
    drawn = Counter(listener.mishear(Sample(f"zzz {rare} zzz {usual} zzz"), rng).text for _ in range(2000))
    assert len(drawn) == 2
    assert drawn[f"zzz {rare} zzz {misheard()[usual][0][0]} zzz"] == pytest.approx(2000 * many / (few + many), abs=130)


def test_one_place_only_is_misheard(listener):
    said, ((heard, _), *_) = next((said, row) for said, row in misheard().items() if len(row) == 1 and " " not in said)
    assert listener.mishear(Sample(f"zzz {said} zzz {said} zzz"), random.Random(1)).text in (
        f"zzz {heard} zzz {said} zzz",
        f"zzz {said} zzz {heard} zzz",
    )


def test_what_nobody_mishears_stays(listener):
    sample = Sample("zzz 22 degrees")
    assert listener.mishear(sample, random.Random(1)) is sample
