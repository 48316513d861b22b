from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cabin.replies.cache import Spoken, SpokenCache


def spoken(seconds):
    return Spoken(bytes(round(seconds * 100) * 2), 100)


def test_the_longest_unused_goes_first():
    cache = SpokenCache(3.0)
    for text in "abc":
        cache.put(text, spoken(1))
    assert cache.get("a") is not None
    cache.put("d", spoken(1))
    assert cache.get("b") is None
    assert [cache.get(text) is not None for text in "acd"] == [True, True, True]


def test_what_is_longer_than_all_is_not_kept():
    cache = SpokenCache(3.0)
    cache.put("a", spoken(1))
    cache.put("b", spoken(4))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.clear()
    assert (len(cache), cache.held_s) == (0, 0.0)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 50))), st.integers(0, 60))
def test_never_more_than_asked(puts, most):
    cache = SpokenCache(most / 10)
    for text, tenths in puts:
        cache.put(text, spoken(tenths / 10))
        held = sum(each.seconds for each in map(cache.get, "abcdefgh") if each is not None)
        assert held <= most / 10 + 1e-9
        assert abs(held - cache.held_s) < 1e-6
