"""Constrained greedy decoding: the automaton says what may follow, the model chooses, forced tokens cost nothing."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cabin.slm.backend import InferenceBackend
from cabin.slm.embedding import TokenTable
from cabin.slm.grammar import CallGrammar, State
from cabin.slm.vocabulary import Reading

__all__ = ["MAX_STEPS", "Choice", "Decoded", "decode"]

MAX_STEPS = 96
"""Tokens that are written at most; what is not done by then is no command."""
_LEAST_COPIED = -3.0
"""A long name is not worse evidence than this."""


@dataclass(frozen=True)
class Choice:
    """One point where the model had more than one way to go on."""

    token: int
    log_prob: float
    """Natural logarithm of the chosen token's share among the allowed ones."""
    runner_up: int
    """The second best token."""
    is_copy: bool = False
    """Whether it chose words of an open slot: how far a name goes, not what is done."""


@dataclass(frozen=True)
class Decoded:
    """What was written, and how sure the model was at each choice."""

    state: State
    choices: tuple[Choice, ...]
    prefill_ms: float
    decode_ms: float
    refusing: float = 0.0
    """Share of all refusals together at the first choice, 0 to 1."""

    @property
    def log_prob(self) -> float:
        """Of what is done: the sum over the choices made, those within open slots left out.

        The border of a long name is often unsure where the command is not; counted in, long names would be refused.
        """
        return math.fsum(choice.log_prob for choice in self.choices if not choice.is_copy)

    @property
    def evidence(self) -> dict[str, float]:
        """What speaks for and against the whole reading, for cabin.slm.calibration: log-probabilities and counts."""
        doing = [choice.log_prob for choice in self.choices if not choice.is_copy]
        copied = math.fsum(choice.log_prob for choice in self.choices if choice.is_copy)
        return {
            "log_prob": self.log_prob,
            "lowest": min(doing, default=0.0),
            "copied": max(copied, _LEAST_COPIED),
            "calls": float(len(self.state.calls)),
            "refused": float(self.state.refused is not None),
            "refusing": 0.0 if self.state.refused is not None else _log_odds(self.refusing),
        }


def decode(reading: Reading, grammar: CallGrammar, table: TokenTable, backend: InferenceBackend) -> Decoded:
    """Write the calls of an utterance. Tokens without alternative are fed together with the next choice's token."""
    begun = time.perf_counter()
    backend.start()
    pending = [*reading.tokens, grammar.vocabulary.ids["call"]]
    state = grammar.start()
    choices: list[Choice] = []
    prefill_ms = refusing = 0.0
    for _ in range(MAX_STEPS):
        allowed = grammar.allowed(state, reading)
        if not allowed:
            break
        if len(allowed) > 1:
            hidden = backend.step(table.embed(pending))[-1]
            prefill_ms = prefill_ms or 1e3 * (time.perf_counter() - begun)
            pending = []
            scores = table.score(hidden, allowed)
            refusing = refusing if choices else _share(scores, allowed, grammar.refusals)
            choices.append(_choose(scores, allowed, state.copying is not None))
        token = choices[-1].token if len(allowed) > 1 else allowed[0]
        pending.append(token)
        state = grammar.advance(state, token, reading)
    return Decoded(state, tuple(choices), prefill_ms, 1e3 * (time.perf_counter() - begun) - prefill_ms, refusing)


def _log_odds(share: float) -> float:
    """Return ln(share / (1 - share)), within 9.2 either way: a share of 0.0001 or 0.9999."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


def _share(scores: NDArray[np.float32], allowed: list[int], some: frozenset[int]) -> float:
    """Return the share, 0 to 1, of `some` of the allowed tokens."""
    sizes = np.exp(scores.astype(np.float64) - float(scores.max()))
    return float(sizes[[token in some for token in allowed]].sum() / sizes.sum())


def _choose(scores: NDArray[np.float32], allowed: list[int], is_copy: bool) -> Choice:
    shifted = scores.astype(np.float64) - float(scores.max())
    log_total = math.log(float(np.exp(shifted).sum()))
    order = np.argpartition(shifted, -2)[-2:]
    best, second = sorted((int(at) for at in order), key=lambda at: -float(shifted[at]))
    return Choice(allowed[best], float(shifted[best]) - log_total, allowed[second], is_copy)
