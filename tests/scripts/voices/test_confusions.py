from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scripts.voices.confusions import Heard, Row, align, collect, render

WORDS = st.lists(st.sampled_from(["turn", "the", "fan", "on", "van", "town", "fun", "off", "no", "lamb"]), max_size=8)


@pytest.mark.parametrize(
    ("said", "heard", "found"),
    [
        ("turn on the defroster", "turn on the defroster", []),
        ("turn on the defroster", "turn on the to froster", [("defroster", "to froster")]),
        ("turn the beeps down", "turn the beat sound", [("beeps", "beat"), ("down", "sound")]),
        ("right blinker on", "white linker on", [("right", "white"), ("blinker", "linker")]),
        ("way warmer", "wait more", [("way", "wait"), ("warmer", "more")]),
        ("warm my feet up now", "worm i feed upper now", [("warm", "worm"), ("feet", "feed"), ("up", "upper")]),
        ("is it snowing up there", "and it's snowing up there", [("it", "it's")]),
        ("open the window", "open window", []),  # lost
        ("open the window", "open the window please", []),  # made up
        ("open the window", "zebra", []),  # nothing alike
        ("fold the mirrors", "", []),
    ],
)
def test_words_are_aligned(said: str, heard: str, found: list[tuple[str, str]]) -> None:
    assert align(said.split(), heard.split()) == found


@given(WORDS, WORDS)
def test_what_is_aligned_was_said_and_heard(said: list[str], heard: list[str]) -> None:
    for before, after in align(said, heard):
        assert before != after
        assert f" {before} " in f" {' '.join(said)} "
        assert f" {after} " in f" {' '.join(heard)} "
        assert 1 <= len(before.split()) <= 2
        assert 1 <= len(after.split()) <= 2


def heard(said: str, text: str, voice: str = "a") -> Heard:
    return Heard(said, voice, 5.0, text)


def test_confusions_are_counted_when_met_twice() -> None:
    rows = collect(
        [
            heard("lamp on", "lamb on"),
            heard("lamp on", "lamb on"),
            heard("a lamp", "a lamb", "b"),
            heard("the van", "the fan"),
            heard("a van", "a fan"),
            heard("my seat", "my sweet"),
        ]
    )
    assert rows == [Row("lamp", "lamb", 3), Row("van", "fan", 2)]


@pytest.mark.parametrize(
    ("said", "text"),
    [("turn it down", "turn it town off"), ("lock it", "unlock it"), ("a six", "a sick"), ("want to", "want two")],
)  # fmt: skip
def test_numbers_and_turned_directions_are_left_out(said: str, text: str) -> None:
    assert align(said.split(), text.split())
    assert collect([heard(said, text), heard(said, text, "b")]) == []


def test_a_rejected_row_stays_out() -> None:
    both = [heard("lamp on", "lamb on"), heard("lamp on", "lamb on", "b")]
    assert collect(both, [("lamp", "lamb")]) == []


def test_the_file_reads_back() -> None:
    rows = [Row("no", "know", 2), Row("off", "of", 3), Row("off", "oft", 9), Row("it's", "its", 1), Row("null", "y", 4)]
    text = render(rows, {"lamp -> lamb": "why: it was"}, ["made so", "and so"])
    assert text.startswith("# made so\n# and so\nmisheard:\n")
    assert yaml.safe_load(text) == {
        "misheard": {"no": {"know": 2}, "off": {"oft": 9, "of": 3}, "it's": {"its": 1}, "null": {"y": 4}},
        "rejected": {"lamp -> lamb": "why: it was"},
    }
    assert yaml.safe_load(render([], {}, [])) == {"misheard": None, "rejected": {}}
