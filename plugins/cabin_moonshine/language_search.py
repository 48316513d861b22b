"""A beam that holds to a catalog's language, all its readings in one step of the decoder.

It goes along the greedy reading as long as that is the beginning of a sentence of the language: what the decoder said
there is known, so only the readings that leave it cost steps of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cabin.speech.bias_spelling import SpellingWalk, Written
from cabin_moonshine.decoder import GreedyPath, max_tokens, without_loop
from cabin_moonshine.tokenizer import END, START

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin_moonshine.model import Cache, EncodedSound, MoonshineModel

__all__ = ["Limits", "Reading", "decode_in_language"]

_CANDIDATE_RANGE = 16.0
"""Pieces this much (natural logarithm) below the best that the language allows are not looked at."""
_LIKELIER_AT_END = 6.0
"""Readings begun are dropped this much below the best that is finished."""


@dataclass(frozen=True)
class Limits:
    """How far a search looks."""

    width: int
    """Readings side by side at most."""
    floor: float
    """Readings with a log-probability under this are dropped."""
    within: float = 8.0
    """So are those this much below the best of a step: the wider the lead, the fewer are followed."""
    word: float = 0.0
    """What one word more is worth, natural logarithm: without it short sentences win in noise."""


@dataclass(frozen=True)
class Reading:
    """A sentence of the language with what the recognizer makes of it."""

    written: Written
    log_prob: float
    """Of its likeliest spelling, END counted; natural logarithm, without bias."""
    tokens: tuple[int, ...]
    """That spelling."""
    score: float
    """log_prob with what its words are worth and its spelling costs: what sentences are ordered by."""


@dataclass(frozen=True)
class _Beam:
    written: Written
    tokens: tuple[int, ...]
    log_prob: float
    score: float
    row: int | None = None
    """Which row of the decoder's step is its own; None: it still goes along the greedy path."""


@dataclass(frozen=True)
class _Candidate:
    score: float
    """Beams are ordered and dropped by it."""
    parent: _Beam
    token: int
    log_prob: float


def decode_in_language(
    model: MoonshineModel, sound: EncodedSound, walk: SpellingWalk, limits: Limits, path: GreedyPath | None = None
) -> list[Reading]:
    """Return up to `width` sentences of the language, best first; none whose log-probability is under the floor.

    Spellings that differ only in case or punctuation are followed as one, by the likeliest of them. `path` is the
    greedy reading of the same sound, when it is known.
    """
    path = path or _first_step(model, sound)
    exits = _exits(walk, path)
    beams = [_Beam(walk.start(), (), 0.0, 0.0)]
    done: dict[tuple[str, ...], Reading] = {}
    cache: Cache | None = None
    rows: NDArray[np.float32] | None = None
    for depth in range(max_tokens(sound.samples)):
        live = [beam for beam in beams if beam.row is not None]
        if live and cache is not None:
            last = np.array([[beam.tokens[-1]] for beam in live], np.int64)
            log_probs, cache = model.step(last, cache, sound)
            rows = log_probs[:, -1]
        own = [path.rows[depth] if beam.row is None or rows is None else rows[beam.row] for beam in beams]
        _finish(beams, own, walk, limits, done)
        ahead = (path.tokens[depth] if depth < len(path.tokens) else END, _exit(exits, depth + 1))
        candidates = _candidates(beams, own, walk, limits, ahead)
        beams, parents = _following(candidates, walk, limits, path, _bound(done, limits.width))
        if not beams:
            break
        cache = _next_cache(path, cache, parents, depth + 1)
    return sorted(done.values(), key=lambda reading: -reading.score)[: limits.width]


def _first_step(model: MoonshineModel, sound: EncodedSound) -> GreedyPath:
    log_probs, cache = model.step(np.array([[START]], np.int64), model.empty_cache(), sound)
    return GreedyPath((), (log_probs[0, -1],), cache)


def _exits(walk: SpellingWalk, path: GreedyPath) -> list[float]:
    """Return, for each length of the path's beginning, the best log-probability of leaving it there or later.

    A beginning that only goes on to words the language does not have is so not taken for better than it is. The list
    ends where the path leaves the language.
    """
    places = [walk.start()]
    best: list[float] = []
    total = 0.0
    for depth, row in enumerate(path.rows):
        if not places:
            break
        token = path.tokens[depth] if depth < len(path.tokens) else END
        values = [float(row[END]) for place in places if walk.endings(place)]
        for place in places:
            allowed = walk.allowed(place)
            if allowed.any_piece:
                values.append(0.0)
            else:
                others = allowed.tokens[allowed.tokens != token]
                values.append(float(row[others].max()) if len(others) else -np.inf)
        best.append(total + max(values))
        total += float(row[token])
        places = [after for place in places for after in walk.advance(place, token)] if token != END else []
    if places:  # the rows end before the path leaves the language: what follows is open
        best.append(total)
    return [max(best[depth:]) for depth in range(len(best))]


def _exit(exits: Sequence[float], depth: int) -> float:
    return exits[depth] if depth < len(exits) else -np.inf


def _finish(
    beams: Sequence[_Beam],
    rows: Sequence[NDArray[np.float32]],
    walk: SpellingWalk,
    limits: Limits,
    done: dict[tuple[str, ...], Reading],
) -> None:
    """Note the readings that may end here."""
    for beam, row in zip(beams, rows, strict=True):
        for written in walk.endings(beam.written):
            log_prob = beam.log_prob + float(row[END])
            reading = Reading(written, log_prob, beam.tokens, _score(written, log_prob, limits.word))
            known = done.get(written.words)
            if log_prob >= limits.floor and (known is None or reading.score > known.score):
                done[written.words] = reading


def _bound(done: dict[tuple[str, ...], Reading], width: int) -> float:
    """Return the score under which nothing begun can matter any more."""
    scores = sorted((reading.score for reading in done.values()), reverse=True)
    if not scores:
        return -np.inf
    return max(scores[width - 1] if len(scores) >= width else -np.inf, scores[0] - _LIKELIER_AT_END)


def _score(written: Written, log_prob: float, word: float) -> float:
    return log_prob - written.cost + word * len(written.words)


def _candidates(
    beams: Sequence[_Beam],
    rows: Sequence[NDArray[np.float32]],
    walk: SpellingWalk,
    limits: Limits,
    ahead: tuple[int, float],
) -> list[_Candidate]:
    """Return what the beams may go on to, best first; `ahead` is the path's next token and the best exit after it."""
    found: list[_Candidate] = []
    for beam, row in zip(beams, rows, strict=True):
        tokens, own = _likeliest(row, walk, beam.written, 2 * limits.width)
        extra = beam.score - beam.log_prob
        for token, value in zip(tokens.tolist(), own.tolist(), strict=True):
            log_prob = beam.log_prob + value
            reach = min(log_prob, ahead[1]) if beam.row is None and token == ahead[0] else log_prob
            found.append(_Candidate(reach + extra, beam, token, log_prob))
    found.sort(key=lambda each: -each.score)
    return found


def _following(
    candidates: Sequence[_Candidate], walk: SpellingWalk, limits: Limits, path: GreedyPath, bound: float
) -> tuple[list[_Beam], list[_Beam]]:
    """Return the next beams, best first, and for each that needs a row of the decoder the beam that it comes from."""
    following: list[_Beam] = []
    parents: list[_Beam] = []
    seen: set[Written] = set()
    for each in candidates:
        beam = each.parent
        if each.score < bound or each.score < candidates[0].score - limits.within or len(following) >= limits.width:
            break
        if each.log_prob < limits.floor:
            continue
        tokens = (*beam.tokens, each.token)
        if walk.language.is_free(beam.written.at) and without_loop(tokens) is not None:
            continue
        stays = beam.row is None and len(tokens) < len(path.rows) and each.token == path.tokens[len(tokens) - 1]
        for written in walk.advance(beam.written, each.token):
            if written not in seen and len(following) < limits.width:
                seen.add(written)
                row = None if stays else len(parents)
                score = _score(written, each.log_prob, limits.word)
                following.append(_Beam(written, tokens, each.log_prob, score, row))
                if not stays:
                    parents.append(beam)
    return following, parents


def _next_cache(path: GreedyPath, cache: Cache | None, parents: Sequence[_Beam], length: int) -> Cache | None:
    """Return the cache of the beams with rows of the decoder."""
    rows = [beam.row for beam in parents]
    if not rows:
        return None
    own = [row for row in rows if row is not None]
    if cache is None or not own:
        return path.cache.prefix(length, len(rows))
    selected = cache.select(own)
    if len(own) == len(rows):
        return selected
    both = selected.beside(path.cache.prefix(length))
    order = {number: place for place, number in enumerate(n for n, row in enumerate(rows) if row is not None)}
    return both.select([order.get(number, len(own)) for number in range(len(rows))])


def _likeliest(
    row: NDArray[np.float32], walk: SpellingWalk, written: Written, most: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the likeliest pieces that may come next and their log-probabilities."""
    allowed = walk.allowed(written)
    if allowed.any_piece:
        tokens = np.argpartition(row, -most)[-most:].astype(np.int64)
        tokens = tokens[tokens > END]
    else:
        tokens = allowed.tokens
    own = row[tokens]
    if len(tokens) > most:
        best = np.argpartition(own, -most)[-most:]
        tokens, own = tokens[best], own[best]
    if len(own):
        near = own > own.max() - _CANDIDATE_RANGE
        tokens, own = tokens[near], own[near]
    return tokens, own
