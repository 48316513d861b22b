from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.sampling import Sample, SampledCall
from cabin.slm.disturbance import NameMixer, wrap

SAMPLE = Sample(
    "play quiet river by road golden loudly",
    (
        SampledCall(
            "music.play", {"song": "quiet river", "artist": "road golden"}, {"song": (5, 16), "artist": (20, 31)}
        ),
    ),
)
SEEDS = st.integers(0, 2**32).map(random.Random)


@given(SEEDS)
def test_wrapping_keeps_the_sentence_and_what_it_copies(rng):
    wrapped = wrap(SAMPLE, rng)
    assert SAMPLE.text in wrapped.text
    assert wrapped.text != SAMPLE.text
    (call,) = wrapped.calls
    assert call.slots == SAMPLE.calls[0].slots
    for name, (start, end) in call.spans.items():
        assert wrapped.text[start:end] == call.slots[name]


@given(rng=SEEDS)
def test_a_renamed_slot_is_where_its_span_says(catalog, rng):
    renamed = NameMixer(catalog).rename(SAMPLE, rng)
    (call,) = renamed.calls
    for name, (start, end) in call.spans.items():
        assert renamed.text[start:end] == call.slots[name]
    assert renamed.text.startswith("play ")
    assert renamed.text.endswith(" loudly")
    assert sum(call.slots[name] != SAMPLE.calls[0].slots[name] for name in call.slots) <= 1


def test_a_sample_without_open_slots_stays(catalog):
    sample = Sample("warmer", (SampledCall("heat.up", {}),))
    assert NameMixer(catalog).rename(sample, random.Random(1)) is sample
