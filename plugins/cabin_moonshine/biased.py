"""Decoding that leans to a catalog's language: a beam that holds to the language, beside the free reading.

The free reading is decoded first and alone. Where it is a sentence of the language already, that is the answer and
nothing more is paid. Else a beam follows the sentences of the language, all its readings in one step of the decoder,
and gives up as soon as none can come near the free reading any more: chatter costs a few steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import Hypothesis
from cabin.speech.bias import joined, log_ratio_per_token
from cabin.speech.bias_spelling import PieceTable, SpellingWalk, Written
from cabin_moonshine.decoder import max_tokens, without_loop
from cabin_moonshine.tokenizer import END, START

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.speech.bias import Bias
    from cabin_moonshine.decoder import Decoded
    from cabin_moonshine.model import EncodedSound, MoonshineModel
    from cabin_moonshine.tokenizer import Tokenizer

__all__ = ["BiasedSearch", "Reading", "decode_in_language"]

_CANDIDATE_RANGE = 16.0
"""Pieces this much (natural logarithm) below the best that the language allows are not looked at."""
_LIKELIER_WITHIN = 12.0
"""Readings this much below the best of a step are dropped: no later word makes up for it."""
_LIKELIER_AT_END = 10.0
"""Readings begun are dropped this much below the best that is finished."""


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


@dataclass(frozen=True)
class _Limits:
    width: int
    floor: float
    """Of log-probabilities."""
    bound: float
    """Of scores."""
    word: float


def decode_in_language(
    model: MoonshineModel, sound: EncodedSound, walk: SpellingWalk, *, width: int, floor: float, word: float = 0.0
) -> list[Reading]:
    """Return up to `width` sentences of the language, best first; none whose log-probability is under `floor`.

    `word` is what one word more is worth, natural logarithm: without it short sentences win in noise.

    Spellings that differ only in case or punctuation are followed as one, by the likeliest of them.
    """
    beams = [_Beam(walk.start(), (), 0.0, 0.0)]
    cache = model.empty_cache()
    done: dict[tuple[str, ...], Reading] = {}
    last = np.array([[START]], np.int64)
    for _ in range(max_tokens(sound.samples)):
        log_probs, cache = model.step(last, cache, sound)
        rows = log_probs[:, -1]
        for number, beam in enumerate(beams):
            for written in walk.endings(beam.written):
                log_prob = beam.log_prob + float(rows[number, END])
                reading = Reading(written, log_prob, beam.tokens, _score(written, log_prob, word))
                if log_prob >= floor and reading.score > _score_of(done.get(written.words)):
                    done[written.words] = reading
        scores = sorted((reading.score for reading in done.values()), reverse=True)
        lowest = scores[width - 1] if len(scores) >= width else -np.inf
        bound = max(lowest, scores[0] - _LIKELIER_AT_END) if scores else -np.inf
        parents, beams = _expanded(beams, rows, walk, _Limits(width, floor, bound, word))
        if not beams:
            break
        cache = cache.select(parents)
        last = np.array([[beam.tokens[-1]] for beam in beams], np.int64)
    return sorted(done.values(), key=lambda reading: -reading.score)[:width]


def _score(written: Written, log_prob: float, word: float) -> float:
    return log_prob - written.cost + word * len(written.words)


def _score_of(reading: Reading | None) -> float:
    return reading.score if reading is not None else -np.inf


def _expanded(
    beams: Sequence[_Beam], rows: NDArray[np.float32], walk: SpellingWalk, limits: _Limits
) -> tuple[list[int], list[_Beam]]:
    """Return the next beams, best first, with the number of the beam that each goes on from."""
    candidates: list[tuple[float, int, int, float]] = []
    for number, beam in enumerate(beams):
        tokens, own = _candidates(rows[number], beam, walk, 2 * limits.width)
        candidates.extend(
            (beam.score + float(value), number, int(token), beam.log_prob + float(value))
            for token, value in zip(tokens, own, strict=True)
        )
    candidates.sort(key=lambda each: -each[0])
    parents: list[int] = []
    following: list[_Beam] = []
    seen: set[Written] = set()
    for score, number, token, log_prob in candidates:
        beam = beams[number]
        if score < limits.bound or (following and score < candidates[0][0] - _LIKELIER_WITHIN):
            break
        if log_prob < limits.floor:
            continue
        tokens_so_far = (*beam.tokens, token)
        if walk.language.is_free(beam.written.at) and without_loop(tokens_so_far) is not None:
            continue
        for written in walk.advance(beam.written, token):
            if written not in seen:
                seen.add(written)
                following.append(_Beam(written, tokens_so_far, log_prob, _score(written, log_prob, limits.word)))
                parents.append(number)
        if len(following) >= limits.width:
            break
    return parents[: limits.width], following[: limits.width]


def _candidates(
    row: NDArray[np.float32], beam: _Beam, walk: SpellingWalk, most: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the likeliest pieces that may come next and their log-probabilities."""
    allowed = walk.allowed(beam.written)
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


class BiasedSearch:
    """Chooses between the free reading and the catalog's. Not thread-safe."""

    def __init__(self, bias: Bias, tokenizer: Tokenizer) -> None:
        """The tokenizer's pieces are looked at once, here."""
        self.bias = bias
        pieces = [_text(tokenizer.piece(token)) for token in range(len(tokenizer))]
        self.walk = SpellingWalk(bias.language, PieceTable(pieces), bias.lexicon)

    def choose(
        self, model: MoonshineModel, sound: EncodedSound, free: Sequence[Hypothesis], decoded: Decoded, n_best: int
    ) -> tuple[tuple[Hypothesis, ...], float | None]:
        """Return the n best readings with their bias, and the evidence that the catalog was spoken to.

        `free` are the readings in any words, `decoded` the best of them in tokens. The evidence is what
        `log_ratio_per_token` gives; None: no sentence of the catalog comes near.
        """
        tokens = len(decoded.tokens) + 1
        read = [(reading, self.walk.read(reading.text)) for reading in free]
        first = read[0][1] if read else None
        if n_best == 1 and first is not None and not first.free:
            return (Hypothesis(first.text, free[0].log_prob),), 0.0
        config = self.bias.config
        floor = decoded.log_prob - config.most
        found = decode_in_language(model, sound, self.walk, width=config.beams, floor=floor, word=config.word)
        if not found:
            return tuple(free)[:n_best], None
        best = found[0].written
        readings: list[tuple[str, float, Written | None]] = [
            (reading.written.text, reading.log_prob, reading.written) for reading in found
        ]
        readings += [
            (written.text if written is not None else reading.text, reading.log_prob, written)
            for reading, written in read
        ]
        judged = joined(
            Hypothesis(text, log_prob + bias, bias)
            for text, log_prob, written in readings
            for bias in (self.bias.against(written, best),)
        )
        evidence = log_ratio_per_token(max(reading.log_prob for reading in found), decoded.log_prob, tokens)
        return judged[:n_best], evidence


def _text(piece: bytes) -> str | None:
    """Return a piece's text; None for parts of characters."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return None
