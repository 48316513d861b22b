from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cabin.messages import Hypothesis
from cabin.speech.bias import Bias, BiasConfig
from cabin.speech.bias_graph import GraphBuilder
from cabin.speech.bias_language import Language
from cabin.speech.bias_open import open_bias
from cabin.speech.lexicon import Lexicon
from cabin_moonshine.biased import BiasedSearch
from cabin_moonshine.decoder import decode_greedy
from cabin_moonshine.measure import cut_recordings
from cabin_moonshine.model import EncodedSound, MoonshineModel
from cabin_moonshine.recognizer import MoonshineRecognizer
from cabin_moonshine.tokenizer import Tokenizer

COFFEE = Path(__file__).resolve().parents[3] / "examples" / "coffee" / "catalog"
SENTENCES = ("word5 word6", "word5 word7 word8", "word9", "word11 word12 word13")


def make_bias(strength: str = "strong", *sentences: str, **numbers: float) -> Bias:
    builder = GraphBuilder()
    for sentence in sentences or SENTENCES:
        builder.add_template(sentence, {})
    numbers = {"change": 1000.0} | numbers
    return Bias(Language(builder.build()), Lexicon(), BiasConfig(strength, **numbers))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(random_model_dir: Path) -> MoonshineModel:
    return MoonshineModel(random_model_dir)


@pytest.fixture(scope="module")
def tokenizer(random_model_dir: Path) -> Tokenizer:
    return Tokenizer(random_model_dir / "tokenizer.bin")


@pytest.fixture(scope="module")
def encoded(model: MoonshineModel, sound: np.ndarray) -> EncodedSound:
    return model.encode(sound)


def test_a_free_reading_out_of_the_language_is_weighed_against_it(model, encoded, tokenizer):
    greedy = decode_greedy(model, encoded)
    free = [Hypothesis("something else", greedy.log_prob)]
    search = BiasedSearch(make_bias("strong", strong=20.0, most=200.0, word=0.0), tokenizer)
    heard, evidence = search.choose(model, encoded, free, greedy, 9)
    assert evidence is not None
    best = max((h for h in heard if h.text in SENTENCES), key=lambda h: h.log_prob)
    assert evidence == pytest.approx((best.log_prob - greedy.log_prob) / (len(greedy.tokens) + 1))
    strong = BiasedSearch(make_bias("strong", strong=20.0, most=200.0), tokenizer)
    heard, _ = strong.choose(model, encoded, free, greedy, 9)
    said = next(h for h in heard if h.text == "something else")
    assert said.bias == -20.0 * len(best.text.split())
    assert heard[0] == best
    assert said.log_prob == pytest.approx(greedy.log_prob + said.bias)
    assert best.bias == 0.0
    assert heard == tuple(sorted(heard, key=lambda h: -h.log_prob))


def test_a_free_reading_in_the_language_is_the_answer_at_once(model, encoded, tokenizer, monkeypatch):
    search = BiasedSearch(make_bias(), tokenizer)
    greedy = decode_greedy(model, encoded)
    monkeypatch.setattr(model, "step", lambda *_: pytest.fail("decoded again"))
    for n_best in (1, 4):
        heard = search.choose(model, encoded, [Hypothesis("word9", -3.0)], greedy, n_best)
        assert heard == ((Hypothesis("word9", -3.0),), 0.0)


def test_what_lies_too_far_below_is_not_taken(model, encoded, tokenizer):
    greedy = decode_greedy(model, encoded)
    free = [Hypothesis("something else", 0.0)]
    search = BiasedSearch(make_bias("strong", most=0.0), tokenizer)
    assert search.choose(model, encoded, free, greedy, 1) == (tuple(free), None)


def test_the_recognizer_hands_on_readings_and_evidence(random_model_dir, sound):
    recognizer = MoonshineRecognizer(random_model_dir, n_best=4, bias=make_bias("strong", strong=20.0, most=200.0))
    recognizer.accept(sound)
    heard = recognizer.final()
    assert heard.catalog_evidence is not None
    assert heard.text in SENTENCES
    assert len(heard.hypotheses) <= 4
    recognizer.accept(sound)
    assert recognizer.final() == heard
    assert recognizer.final().hypotheses == ()


def test_orders_of_people(base_model_dir, recordings, tmp_path, monkeypatch):
    """Three recordings: every reading is an order, and the drinks are those ordered."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path))
    labels = [json.loads(line) for line in (recordings / "labels.jsonl").read_text().splitlines()]
    drinks = {row["file"]: row["slots"]["coffeeDrink"] for row in labels}
    bias = open_bias(BiasConfig("strong"), [COFFEE])
    assert bias is not None
    recognizer = MoonshineRecognizer(base_model_dir, bias=bias)
    for name, cut in cut_recordings(recordings, 3).items():
        recognizer.accept(cut)
        heard = recognizer.final()
        assert bias.language.accepts(heard.text.split())
        assert drinks[name] in heard.text
        assert heard.catalog_evidence is not None


def test_words_around_an_order_are_worth_nothing(model, encoded, tokenizer):
    plain = make_bias("strong", "[word3] word5 word6", strong=20.0, most=200.0)
    around = Bias(plain.language, Lexicon(before=("word3",)), plain.config)
    greedy = decode_greedy(model, encoded)
    free = [Hypothesis("something else", greedy.log_prob)]
    for bias, words in ((plain, 3), (around, 2)):
        heard, _ = BiasedSearch(bias, tokenizer).choose(model, encoded, free, greedy, 9)
        first = next(h for h in heard if h.bias == 0.0)
        said = next(h for h in heard if h.text == "something else")
        assert said.bias == -20.0 * (words if first.text.startswith("word3") else 2)
