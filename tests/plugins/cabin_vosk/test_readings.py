from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_vosk.readings import clean, join, rank, scored_texts


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("Open the Window", "open the window"),
        ("i'm  freezing [unk]", "i'm freezing"),
        ("<unk> turn it-up , please.", "turn it-up please"),
        ("창문을 [45] 열어", "창문을 45 열어"),
        (" [unk] ", ""),
    ],
)
def test_texts_are_cleaned(heard: str, text: str) -> None:
    assert clean(heard) == text


def test_alternatives_and_plain_answers_are_read() -> None:
    answer = json.dumps({"alternatives": [{"text": "Open", "confidence": 12.5}, {"text": ""}]})
    assert scored_texts(answer) == [("open", 12.5), ("", 0.0)]
    assert scored_texts('{"text": "open it"}') == [("open it", 0.0)]


def test_shares_are_of_one_and_equal_texts_add_up() -> None:
    ranked = rank([("a", 100.0), ("b", 100.0), ("a", 100.0 + math.log(2))])
    assert [hypothesis.text for hypothesis in ranked] == ["a", "b"]
    assert [math.exp(hypothesis.log_prob) for hypothesis in ranked] == pytest.approx([0.75, 0.25])


@given(st.lists(st.tuples(st.text("abc", max_size=2), st.floats(-1e4, 1e4)), max_size=20))
def test_log_shares_are_ordered_and_sum_to_one(readings: list[tuple[str, float]]) -> None:
    ranked = rank(readings)
    assert {hypothesis.text for hypothesis in ranked} == {text for text, _ in readings}
    assert all(one.log_prob >= two.log_prob for one, two in pairwise(ranked))
    assert all(hypothesis.log_prob <= 0 for hypothesis in ranked)
    if readings:
        assert sum(math.exp(hypothesis.log_prob) for hypothesis in ranked) == pytest.approx(1.0)


def test_stretches_are_joined_best_first() -> None:
    joined = join([("open", 3.0), ("hope", 1.0)], [("it", 5.0), ("", 4.5)], keep=3)
    assert joined == [("open it", 8.0), ("open", 7.5), ("hope it", 6.0)]
