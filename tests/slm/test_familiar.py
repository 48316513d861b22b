from __future__ import annotations

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.slm.examples import Example
from cabin.slm.familiar import FAMILIAR_FILE, FamiliarWords, read_familiar_words

HEARD = [
    Example("open the window please", (("window.open", {}),)),
    Example("play river by jo and shut the window", (("music.play", {"song": "river"}), ("window.close", {}))),
    Example("open the gate", (), "out_of_scope"),
]


@pytest.fixture
def familiar() -> FamiliarWords:
    return FamiliarWords.of(HEARD)


def test_words_met_with_the_intent_are_not_strange(familiar):
    assert familiar.strange(["please", "open", "the", "window"], ["window.open"]) == []


def test_words_of_other_intents_and_of_refusals_are(familiar):
    assert familiar.strange(["open", "the", "shut", "gate"], ["window.open"]) == ["shut", "gate"]


def test_one_of_several_intents_is_enough(familiar):
    assert familiar.strange(["open", "shut"], ["window.open", "window.close"]) == []


def test_copied_names_are_not_learned_and_numbers_never_strange(familiar):
    assert familiar.strange(["play", "river", "21", "2.5"], ["music.play"]) == ["river"]


def test_without_intents_every_word_is(familiar):
    assert familiar.strange(["open"], []) == ["open"]


def test_nothing_heard_knows_nothing():
    assert len(FamiliarWords.of([])) == 0
    assert FamiliarWords.of([]).strange(["open"], ["window.open"]) == ["open"]


def test_it_is_read_as_it_was_written(familiar, tmp_path):
    familiar.write(tmp_path / FAMILIAR_FILE)
    again = read_familiar_words(tmp_path)
    assert again is not None
    assert len(again) == len(familiar) == 4 + 2 * 7
    assert again.strange(["open", "gate"], ["window.open"]) == ["gate"]


def test_a_model_without_the_file_has_no_opinion(tmp_path):
    assert read_familiar_words(tmp_path) is None


@pytest.mark.parametrize("array", [np.array([2, 1], np.uint32), np.zeros(3, np.int64), np.zeros((2, 2), np.uint32)])
def test_a_damaged_file_is_told_with_its_name(tmp_path, array):
    np.save(tmp_path / FAMILIAR_FILE, array)
    with pytest.raises(ModelError) as caught:
        read_familiar_words(tmp_path)
    assert caught.value.problems[0].where == str(tmp_path / FAMILIAR_FILE)


def test_a_file_that_is_no_array_is_told_too(tmp_path):
    (tmp_path / FAMILIAR_FILE).write_text("words")
    with pytest.raises(ModelError):
        read_familiar_words(tmp_path)
