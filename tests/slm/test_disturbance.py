from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.sampling import Sample, SampledCall
from cabin.slm.disturbance import NameMixer, slip, wrap

SLOTS = {"song": "quiet river", "artist": "road golden"}
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
def test_wrapping_keeps_the_sentence(rng):
    wrapped = wrap("open the window", rng)
    assert "open the window" in wrapped
    assert wrapped != "open the window"


@given(SEEDS)
def test_a_slip_changes_one_word_that_no_slot_copies(rng):
    before, after = SAMPLE.text.split(), slip(SAMPLE, rng).split()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) <= 1  # two like letters may change places
    assert all(a in ("play", "loudly") and a[0] == b[0] for a, b in changed)


def test_nothing_to_slip_in():
    assert slip(Sample("go on up"), random.Random(1)) == "go on up"


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
