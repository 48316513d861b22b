from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin.speech.bias_graph import GraphBuilder
from cabin.speech.bias_language import Language
from cabin.speech.bias_spelling import PieceTable, SpellingWalk
from cabin.speech.lexicon import Lexicon
from cabin_moonshine.decoder import GreedyPath
from cabin_moonshine.language_search import Limits, decode_in_language
from cabin_moonshine.model import EncodedSound, MoonshineModel
from cabin_moonshine.normalize import normalize
from cabin_moonshine.tokenizer import END, START, Tokenizer

SENTENCES = ("word5 word6", "word5 word7 word8", "word9", "word11 word12 word13")


@pytest.fixture(scope="module")
def model(random_model_dir: Path) -> MoonshineModel:
    return MoonshineModel(random_model_dir)


@pytest.fixture(scope="module")
def tokenizer(random_model_dir: Path) -> Tokenizer:
    return Tokenizer(random_model_dir / "tokenizer.bin")


@pytest.fixture(scope="module")
def encoded(model: MoonshineModel, sound: np.ndarray) -> EncodedSound:
    return model.encode(sound)


def walk_of(tokenizer: Tokenizer, *sentences: str) -> SpellingWalk:
    builder = GraphBuilder()
    for sentence in sentences:
        builder.add_template(sentence, {})
    pieces = [tokenizer.piece(token).decode("utf-8", "ignore") for token in range(len(tokenizer))]
    return SpellingWalk(Language(builder.build()), PieceTable(pieces), Lexicon())


@pytest.fixture
def walk(tokenizer: Tokenizer) -> SpellingWalk:
    return walk_of(tokenizer, *SENTENCES)


def log_prob_of(model: MoonshineModel, encoded: EncodedSound, tokens: list[int]) -> float:
    """The log-probability of tokens and END, computed in one pass."""
    rows, _ = model.step(np.array([[START, *tokens]]), model.empty_cache(), encoded)
    return float(sum(rows[0, index, token] for index, token in enumerate((*tokens, END))))


def test_only_sentences_of_the_language_with_the_models_own_probability(model, encoded, tokenizer, walk):
    found = decode_in_language(model, encoded, walk, Limits(8, -1e9))
    assert found
    assert {reading.written.text for reading in found} <= set(SENTENCES)
    assert [reading.log_prob for reading in found] == sorted((r.log_prob for r in found), reverse=True)
    for reading in found:
        assert normalize(tokenizer.decode(reading.tokens)) == reading.written.text
        assert reading.log_prob == pytest.approx(log_prob_of(model, encoded, list(reading.tokens)), abs=0.3)


def test_the_width_is_never_passed_and_a_floor_ends_the_search(model, encoded, walk, monkeypatch):
    widths, step = [], model.step

    def counted(tokens, cache, sound):
        widths.append(len(tokens))
        return step(tokens, cache, sound)

    monkeypatch.setattr(model, "step", counted)
    assert len(decode_in_language(model, encoded, walk, Limits(2, -1e9))) <= 2
    assert max(widths) == 2
    widths.clear()
    assert decode_in_language(model, encoded, walk, Limits(2, -0.01)) == []
    assert len(widths) == 1


def path_of(model: MoonshineModel, encoded: EncodedSound, tokens: list[int]) -> GreedyPath:
    """What decoding along these tokens passes through."""
    rows, cache, last = [], model.empty_cache(), START
    for token in (*tokens, None):
        log_probs, cache = model.step(np.array([[last]]), cache, encoded)
        rows.append(log_probs[0, -1])
        last = token or END
    return GreedyPath(tuple(tokens), tuple(rows), cache)


@pytest.mark.parametrize("said", ["word5 word7 word8", "word5 word6", "word5 word9 word9", "word20", "word9"])
def test_along_a_known_reading_nothing_is_decoded_again(model, encoded, tokenizer, walk, monkeypatch, said):
    """The same sentences with the same probabilities, in fewer steps, wherever the reading leaves the language."""
    pieces = [normalize(tokenizer.decode((token,))) for token in range(len(tokenizer))]
    path = path_of(model, encoded, [pieces.index(word) for word in said.split()])
    steps, step = [], model.step

    def counted(tokens, cache, sound):
        steps.append(len(tokens))
        return step(tokens, cache, sound)

    monkeypatch.setattr(model, "step", counted)
    wide = Limits(8, -1e9, within=1e9)
    alone = decode_in_language(model, encoded, walk, wide)
    rows_alone = sum(steps)
    steps.clear()
    along = decode_in_language(model, encoded, walk, wide, path)
    assert {reading.written.words for reading in along} == {reading.written.words for reading in alone}
    chances = {reading.written.words: reading.log_prob for reading in alone}
    assert all(each.log_prob == pytest.approx(chances[each.written.words], abs=0.3) for each in along)
    assert sum(steps) < rows_alone


def test_a_lead_ends_what_lies_behind(model, encoded, walk, monkeypatch):
    widths, step = [], model.step

    def counted(tokens, cache, sound):
        widths.append(len(tokens))
        return step(tokens, cache, sound)

    monkeypatch.setattr(model, "step", counted)
    decode_in_language(model, encoded, walk, Limits(8, -1e9, within=0.0))
    assert max(widths) == 1
    widths.clear()
    decode_in_language(model, encoded, walk, Limits(8, -1e9, within=1e9))
    assert max(widths) > 1


def test_the_first_step_of_a_path_is_that_of_none(model, encoded, walk):
    """A path of no tokens is what a search without one begins with."""
    rows, cache = model.step(np.array([[START]]), model.empty_cache(), encoded)
    first = GreedyPath((), (rows[0, -1],), cache)
    assert decode_in_language(model, encoded, walk, Limits(4, -1e9), first) == decode_in_language(
        model, encoded, walk, Limits(4, -1e9)
    )
