"""Search for what was said: greedy, or a beam with the n best and their log-probabilities.

All beams of a step go through the decoder at once. A `Scorer` may steer the search (bias to a catalog, or hold it to a
grammar): it says, for each beam, what is added to the log-probability of each next token. What a hypothesis reports as
its log-probability is always the recognizer's own, without the scorer's additions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin_moonshine.tokenizer import END, START

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin_moonshine.model import Cache, EncodedSound, MoonshineModel

__all__ = [
    "Additions",
    "Decoded",
    "GreedyPath",
    "Scorer",
    "decode_beam",
    "decode_greedy",
    "decode_greedy_path",
    "max_tokens",
    "without_loop",
]

_TOKENS_A_SECOND = 6.5
"""More are no speech but the model repeating itself (the publisher's own limit)."""
_EXTRA_TOKENS = 6
_MAX_POSITIONS = 194
"""The decoder was trained on no longer texts."""
_KEPT_ROWS = 48
"""Of a greedy path, 131 kB each; a sentence of a catalog that has more tokens is decoded anew past them."""
_LOOP_LENGTH, _LOOP_TIMES, _LOOP_PERIODS = 8, 4, range(1, 9)
_CANDIDATE_RANGE = 14.0
"""Tokens this much (natural logarithm) below the best of a beam are never looked at: under one in a million."""


@dataclass(frozen=True)
class Decoded:
    """One hypothesis in tokens."""

    tokens: tuple[int, ...]
    """Without START and END."""
    log_prob: float
    """Natural logarithm of the model's probability of the tokens and, when finished, of END."""
    score: float
    """log_prob with the scorer's additions; what the beam is ordered by."""
    finished: bool = True
    """END was reached; False when the length limit or a loop ended it."""


@dataclass(frozen=True)
class GreedyPath:
    """What greedy decoding passed through: another search that shares a prefix with it need not decode that again."""

    tokens: tuple[int, ...]
    """Those gone through, without START and END; at most _KEPT_ROWS."""
    rows: tuple[NDArray[np.float32], ...]
    """Log-probabilities of the next token, shape (vocabulary,): after START and each token, perhaps not the last."""
    cache: Cache
    """Of START and the tokens; an earlier one is a prefix of it."""


@dataclass(frozen=True)
class Additions:
    """What a scorer adds to the log-probabilities of a beam's next token."""

    tokens: NDArray[np.int64]
    """Shape (n,); END among them where the text may end."""
    values: NDArray[np.float32]
    """Shape (n,), natural logarithms."""
    others: float = -math.inf
    """For every other token; minus infinity forbids them, 0 leaves them as they are."""


class Scorer(Protocol):
    """Steers the search: a walk over states, one step a token, one state a beam. States are values: never changed."""

    def start(self) -> Any:
        """Return the state before the first token."""
        ...

    def additions(self, state: Any) -> Additions | None:
        """Return what is added to the next tokens' log-probabilities; None leaves all as they are."""
        ...

    def advance(self, state: Any, token: int) -> Any:
        """Return the state after one more token (never END)."""
        ...


@dataclass(frozen=True)
class _Beam:
    tokens: tuple[int, ...]
    log_prob: float
    score: float
    state: Any = None


def max_tokens(samples: int) -> int:
    """Return how many tokens a sound of this many samples can hold at most."""
    return min(_MAX_POSITIONS, math.ceil(samples / SAMPLE_RATE_HZ * _TOKENS_A_SECOND) + _EXTRA_TOKENS)


def without_loop(tokens: Sequence[int]) -> tuple[int, ...] | None:
    """Return the tokens with a loop at their end said once, or None when they do not end in one.

    A loop is the same 1 to 8 tokens at least four times in a row and at least eight tokens long.
    """
    for period in _LOOP_PERIODS:
        times = max(_LOOP_TIMES, math.ceil(_LOOP_LENGTH / period))
        if len(tokens) >= period * times:
            tail = tuple(tokens[-period:])
            if tuple(tokens[-period * times :]) == tail * times:
                rest = tuple(tokens)
                while rest[-2 * period :] == tail * 2:
                    rest = rest[:-period]
                return rest
    return None


def decode_greedy(model: MoonshineModel, sound: EncodedSound) -> Decoded:
    """Take the likeliest token at every step."""
    return decode_greedy_path(model, sound)[0]


def decode_greedy_path(model: MoonshineModel, sound: EncodedSound) -> tuple[Decoded, GreedyPath]:
    """Take the likeliest token at every step; also return what another search can use of the work."""
    tokens: list[int] = []
    rows: list[NDArray[np.float32]] = []
    cache = model.empty_cache()
    total = 0.0
    token = START
    decoded: Decoded | None = None
    for _ in range(max_tokens(sound.samples)):
        log_probs, cache = model.step(np.array([[token]], np.int64), cache, sound)
        row = log_probs[0, -1]
        if len(rows) < _KEPT_ROWS:
            rows.append(row)
        token = int(row.argmax())
        total += float(row[token])
        if token == END:
            decoded = Decoded(tuple(tokens), total, total)
            break
        tokens.append(token)
        shorter = without_loop(tokens)
        if shorter is not None:
            decoded = Decoded(shorter, total, total, finished=False)
            break
    decoded = decoded or Decoded(tuple(tokens), total, total, finished=False)
    return decoded, GreedyPath(tuple(tokens[: len(rows)]), tuple(rows), cache)


def decode_beam(
    model: MoonshineModel, sound: EncodedSound, width: int, n_best: int | None = None, scorer: Scorer | None = None
) -> list[Decoded]:
    """Keep the `width` best prefixes at every step; return up to `n_best` (default `width`) hypotheses, best first.

    With a scorer that forbids tokens the list may be empty: nothing it allows was found.
    """
    n_best = n_best or width
    beams = [_Beam((), 0.0, 0.0, scorer.start() if scorer else None)]
    cache = model.empty_cache()
    done: list[Decoded] = []
    last = np.array([[START]], np.int64)
    for _ in range(max_tokens(sound.samples)):
        log_probs, cache = model.step(last, cache, sound)
        parents, beams, ended = _expand(beams, log_probs[:, -1], width, scorer)
        done.extend(ended)
        done.sort(key=lambda each: -each.score)
        del done[max(width, n_best) :]
        if not beams or (len(done) >= n_best and beams[0].score < done[n_best - 1].score):
            return done[:n_best]
        cache = cache.select(parents)
        last = np.array([[beam.tokens[-1]] for beam in beams], np.int64)
    if scorer is None:
        done.extend(Decoded(beam.tokens, beam.log_prob, beam.score, finished=False) for beam in beams)
    return sorted(done, key=lambda each: -each.score)[:n_best]


def _expand(
    beams: Sequence[_Beam], log_probs: NDArray[np.float32], width: int, scorer: Scorer | None
) -> tuple[list[int], list[_Beam], list[Decoded]]:
    """Return the next beams (best first) with the number of the beam that each goes on from, and what has ended."""
    candidates: list[tuple[float, int, int, float]] = []
    for number, beam in enumerate(beams):
        tokens, own, added = _candidates(log_probs[number], beam, width, scorer)
        totals = beam.score + own + added
        candidates.extend(
            (float(total), number, int(token), float(value))
            for total, token, value in zip(totals, tokens, own, strict=True)
        )
    candidates.sort(key=lambda each: -each[0])
    parents: list[int] = []
    following: list[_Beam] = []
    ended: list[Decoded] = []
    for total, number, token, own_value in candidates[: 2 * width]:
        beam = beams[number]
        log_prob = beam.log_prob + own_value
        if token == END:
            ended.append(Decoded(beam.tokens, log_prob, total))
            continue
        if len(following) == width:
            continue
        tokens_so_far = (*beam.tokens, token)
        shorter = without_loop(tokens_so_far)
        if shorter is not None:
            if scorer is None:
                ended.append(Decoded(shorter, log_prob, total, finished=False))
            continue
        state = scorer.advance(beam.state, token) if scorer else None
        following.append(_Beam(tokens_so_far, log_prob, total, state))
        parents.append(number)
    return parents, following, ended


def _candidates(
    row: NDArray[np.float32], beam: _Beam, width: int, scorer: Scorer | None
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Return up to 2 * width next tokens of one beam, their log-probabilities, and the scorer's additions."""
    additions = scorer.additions(beam.state) if scorer else None
    if additions is not None and additions.others == -math.inf:
        tokens, added = additions.tokens, additions.values
    else:
        tokens = np.flatnonzero(row > row.max() - _CANDIDATE_RANGE)
        added = np.zeros(len(tokens), np.float32)
        if additions is not None:
            tokens = np.union1d(tokens, additions.tokens)
            added = np.full(len(tokens), additions.others, np.float32)
            added[np.searchsorted(tokens, additions.tokens)] = additions.values
    own = row[tokens]
    order = np.argsort(-(own + added), kind="stable")[: 2 * width]
    return tokens[order], own[order], added[order]
