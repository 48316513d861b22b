from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_moonshine.decoder import Additions, decode_beam, decode_greedy, max_tokens, without_loop
from cabin_moonshine.model import EncodedSound, MoonshineModel
from cabin_moonshine.tokenizer import END, START


@pytest.fixture(scope="module")
def model(random_model_dir: Path) -> MoonshineModel:
    return MoonshineModel(random_model_dir)


@pytest.fixture(scope="module")
def encoded(model: MoonshineModel, sound: np.ndarray) -> EncodedSound:
    return model.encode(sound)


@dataclass(frozen=True)
class PhraseScorer:
    """Holds the search to a list of phrases: a state is a prefix; what no phrase goes on with is forbidden."""

    phrases: tuple[tuple[int, ...], ...]

    def start(self) -> tuple[int, ...]:
        return ()

    def additions(self, state: tuple[int, ...]) -> Additions:
        n = len(state)
        following = {(*phrase, END)[n] for phrase in self.phrases if phrase[:n] == state}
        tokens = np.array(sorted(following), np.int64)
        return Additions(tokens, np.zeros(len(tokens), np.float32))

    def advance(self, state: tuple[int, ...], token: int) -> tuple[int, ...]:
        return (*state, token)


@dataclass(frozen=True)
class BonusScorer:
    """Favours one token everywhere and leaves all others as they are."""

    token: int
    bonus: float

    def start(self) -> None:
        return None

    def additions(self, state: None) -> Additions:
        return Additions(np.array([self.token]), np.array([self.bonus], np.float32), others=0.0)

    def advance(self, state: None, token: int) -> None:
        return None


def log_prob_of(model: MoonshineModel, encoded: EncodedSound, tokens: tuple[int, ...]) -> float:
    """The log-probability of tokens and END, computed in one pass."""
    rows, _ = model.step(np.array([[START, *tokens]]), model.empty_cache(), encoded)
    return float(sum(rows[0, index, token] for index, token in enumerate((*tokens, END))))


def test_a_beam_of_one_is_greedy(model: MoonshineModel, encoded: EncodedSound) -> None:
    greedy = decode_greedy(model, encoded)
    beam = decode_beam(model, encoded, 1)[0]
    if greedy.finished:
        assert beam.tokens == greedy.tokens
    assert beam.log_prob <= 0


def test_hypotheses_come_best_first_and_differ(model: MoonshineModel, encoded: EncodedSound) -> None:
    found = decode_beam(model, encoded, 4)
    assert 1 <= len(found) <= 4
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert len({each.tokens for each in found}) == len(found)


def test_a_scorer_that_allows_few_phrases_gets_them_all_with_true_probabilities(
    model: MoonshineModel, encoded: EncodedSound
) -> None:
    phrases = ((260, 270), (260, 271, 272), (280,))
    found = decode_beam(model, encoded, 4, scorer=PhraseScorer(phrases))
    assert {each.tokens for each in found} == set(phrases)
    for each in found:
        assert each.finished
        assert each.log_prob == pytest.approx(log_prob_of(model, encoded, each.tokens), abs=0.15)
        assert each.score == pytest.approx(each.log_prob)


def test_nothing_allowed_gives_nothing(model: MoonshineModel, encoded: EncodedSound) -> None:
    assert decode_beam(model, encoded, 4, scorer=PhraseScorer(())) == []


def test_a_bonus_changes_the_order_not_the_probability(model: MoonshineModel, encoded: EncodedSound) -> None:
    favoured = 277
    found = decode_beam(model, encoded, 3, scorer=BonusScorer(favoured, 30.0))
    plain = decode_beam(model, encoded, 3)
    assert all(favoured not in each.tokens[:1] for each in plain)
    assert not found or all(each.score != pytest.approx(each.log_prob) for each in found if favoured in each.tokens)
    ended = decode_beam(model, encoded, 3, scorer=BonusScorer(END, 60.0))
    assert ended[0].tokens == ()
    assert ended[0].score == pytest.approx(ended[0].log_prob + 60.0)


@given(st.integers(0, 10_000_000))
def test_length_limit_grows_with_the_sound_and_ends(samples: int) -> None:
    assert 6 <= max_tokens(samples) <= 194
    assert max_tokens(samples) <= max_tokens(samples + 16_000)


@given(
    st.lists(st.integers(3, 9), max_size=6), st.lists(st.integers(10, 12), min_size=1, max_size=8), st.integers(8, 12)
)
def test_a_loop_is_said_once(begin: list[int], loop: list[int], times: int) -> None:
    shorter = without_loop(begin + loop * times)
    assert shorter is not None
    assert len(shorter) <= len(begin) + len(loop)
    assert list(shorter[: len(begin)]) == begin


@given(st.lists(st.integers(0, 1000), unique=True, max_size=40))
def test_no_loop_without_repeats(tokens: list[int]) -> None:
    assert without_loop(tokens) is None


def test_a_digit_said_four_times_is_no_loop() -> None:
    assert without_loop([5, 5, 5, 5]) is None
