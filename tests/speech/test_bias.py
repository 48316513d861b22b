from __future__ import annotations

from dataclasses import replace

import pytest

from cabin.messages import Hypothesis
from cabin.speech.bias import Bias, BiasConfig, joined, log_ratio_per_token, words_changed
from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_language import Language
from cabin.speech.bias_spelling import Written
from cabin.speech.lexicon import Lexicon


@pytest.fixture
def bias(catalog_of) -> Bias:
    return Bias(
        Language(compile_language(catalog_of("call {contact}"), Lexicon())),
        Lexicon(),
        BiasConfig("strong", strong=2.0, most=7.0, word=0.5),
    )


def written(bias: Bias, words: str, free: int = 0, cost: float = 0.0) -> Written:
    return Written(bias.language.start(), "", tuple(words.split()), cost, free)


def test_a_strength_is_a_number_a_word():
    assert BiasConfig("off").per_word == 0.0
    assert BiasConfig("light", light=0.5).per_word == 0.5
    assert BiasConfig("strong").per_word > BiasConfig("light").per_word > 0


def test_only_words_of_the_catalog_are_worth_something_and_not_without_end(bias):
    assert bias.worth(written(bias, "call anna berg")) == 6.0
    assert bias.worth(written(bias, "call anna berg", free=2)) == 2.0
    assert bias.worth(written(bias, "one two three four five")) == 7.0


def test_the_language_pays_nothing_others_pay_what_it_is_worth(bias):
    best = written(bias, "call anna berg")
    assert bias.against(best, best) == 0.0
    assert bias.against(written(bias, "call anna berg at home"), best) == 1.0
    assert bias.against(written(bias, "call anna berg", cost=1.5), best) == -1.5
    assert bias.against(written(bias, "call her mother", free=2), best) == -4.0
    assert bias.against(None, best) == -6.0


def test_each_text_once_best_first():
    readings = [Hypothesis("a", -5.0, -1.0), Hypothesis("b", -4.0), Hypothesis("a", -3.0)]
    assert joined(readings) == (Hypothesis("a", -3.0), Hypothesis("b", -4.0))
    assert joined([]) == ()


def test_evidence_is_per_token():
    assert log_ratio_per_token(-6.0, -2.0, 4) == -1.0
    assert log_ratio_per_token(-6.0, -2.0, 0) == -4.0


def test_names_of_run_time_are_spelled_as_the_rest(bias):
    bias.extend("contact", ["Zoë O\u2019Neill", "  "])
    assert bias.language.accepts(["call", "zoë", "o'neill"])
    with pytest.raises(KeyError):
        bias.extend("nothing", ["x"])


def test_words_around_an_order_cost_and_are_worth_nothing(bias):
    around = Bias(bias.language, Lexicon(before=("okay",), after=("please", "right now")), bias.config)
    best, more = written(around, "call anna berg"), written(around, "okay call anna berg right now please")
    assert around.worth(more) == around.worth(best)
    assert around.score(more, -3.0) == around.score(best, -3.0) - 4 * around.config.filler
    assert around.against(more, best) == -4 * around.config.filler


def test_no_search_looks_further_down_than_a_sentence_can_be_worth(bias):
    assert bias.most_worth(0) == 6.0
    assert bias.most_worth(30) == bias.config.most
    assert bias.most_worth(0) < bias.most_worth(30)


def test_what_was_heard_clearly_is_not_given_up_for_the_rest_of_a_sentence(bias):
    far = replace(bias, config=BiasConfig("strong", strong=5.0, most=100.0, change=7.0))
    best = written(far, "set the volume to three percent")
    assert far.worth(best) == 30.0
    assert far.worth(best, "set the volume to three hundred percent") == 7.0
    assert far.against(None, best, "set the volume to three hundred percent") == -7.0
    assert far.worth(best, "sat a volume to free present") == 28.0
    assert far.worth(best, "set the volume to three percent") == 7.0


def test_words_changed():
    assert words_changed(["a", "b", "c"], ["a", "b", "c"]) == 0
    assert words_changed(["a", "b", "c"], ["a", "x", "y", "c"]) == 2
    assert words_changed(["a", "b", "c"], ["a", "c"]) == 1
    assert words_changed([], ["a", "b"]) == 2
