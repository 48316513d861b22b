from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.sampling import Sample, SampledCall
from cabin.slm.edits import edit

TEXT = "set 20 and play quiet river now"
SAMPLE = Sample(
    TEXT,
    (
        SampledCall("heat.set", {"value": 20}, {"value": (4, 6)}),
        SampledCall("music.play", {"song": "quiet river"}, {"song": (16, 27)}),
    ),
)
PLACES = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(lambda ends: (min(ends), max(ends)))


@given(PLACES, st.text("ab ", max_size=5))
def test_spans_hold_what_slots_copy_or_the_edit_is_refused(place, words):
    start, end = place
    try:
        after = edit(SAMPLE, start, end, words)
    except ValueError:
        assert (start < 6 and end > 4) or (start < 27 and end > 16)
        return
    assert after.text == TEXT[:start] + words + TEXT[end:]
    heat, music = after.calls
    first, last = heat.spans["value"]
    assert (after.text[first:last], heat.slots["value"]) == ("20", 20)
    first, last = music.spans["song"]
    assert after.text[first:last] == music.slots["song"]


def test_a_name_that_two_calls_copy_changes_in_both():
    twice = Sample("to rome", tuple(SampledCall(name, {"to": "rome"}, {"to": (3, 7)}) for name in ("a.go", "b.tell")))
    after = edit(twice, 4, 5, "0o")
    assert [call.slots["to"] for call in after.calls] == ["r0ome", "r0ome"]


def test_words_put_before_and_behind_a_name_are_not_of_it():
    after = edit(edit(SAMPLE, 16, 16, "the "), 31, 31, " please")
    assert after.text == "set 20 and play the quiet river please now"
    assert after.calls[1].slots["song"] == "quiet river"


@pytest.mark.parametrize("place", [(4, 5), (15, 17), (20, 31)])
def test_what_would_tear_a_slot_is_refused(place):
    with pytest.raises(ValueError, match="cannot change: slot"):
        edit(SAMPLE, *place, "x")
