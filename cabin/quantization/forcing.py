"""What a model would have chosen at each choice of a right writing (teacher forcing): one pass a sentence, no decoding.

The decoder by itself writes the same exactly when each of these choices is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cabin.slm.backend import InferenceBackend
from cabin.slm.embedding import TokenTable
from cabin.slm.encoding import EncodingError, encode_calls, encode_refusal
from cabin.slm.examples import Example
from cabin.slm.grammar import CallGrammar

__all__ = ["Agreement", "ForcedChoice", "ForcedSentence", "agreement", "choice_log_probs", "force"]

_OF_INTENTS = ("device:", "action:", "refuse:")

LogProbs = list[NDArray[np.float64]]
"""One array a choice: natural logarithms of the shares of the allowed tokens."""


@dataclass(frozen=True)
class ForcedChoice:
    """One point of a right writing where more than one token may follow."""

    at: int
    """How many tokens of the target stand before it."""
    allowed: tuple[int, ...]
    right: int
    """Index in `allowed`."""
    of_intents: tuple[bool, ...]
    """Of each allowed token, whether it says what is done (device, action, refusal, another call)."""


@dataclass(frozen=True)
class ForcedSentence:
    """An utterance with its right writing."""

    prompt: tuple[int, ...]
    """The utterance and the token `call`."""
    target: tuple[int, ...]
    choices: tuple[ForcedChoice, ...]


def force(examples: Iterable[Example], grammar: CallGrammar) -> list[ForcedSentence]:
    """Return the sentences whose calls can be written for their text."""
    vocabulary = grammar.vocabulary
    names = [vocabulary.name(at) for at in range(len(vocabulary))]
    says_intent = [name == "and" or name.startswith(_OF_INTENTS) for name in names]
    found = []
    for example in examples:
        reading = vocabulary.read(example.text)
        state, choices = grammar.start(), []
        try:
            if example.refused is not None:
                target = encode_refusal(example.refused, vocabulary)
            else:
                target = encode_calls(example.calls, reading, grammar.spec, vocabulary)
            for at, token in enumerate(target):
                allowed = grammar.allowed(state, reading)
                if len(allowed) > 1:
                    of_intents = tuple(says_intent[each] for each in allowed)
                    choices.append(ForcedChoice(at, tuple(allowed), allowed.index(token), of_intents))
                state = grammar.advance(state, token, reading)
        except (EncodingError, ValueError):
            continue
        prompt = (*reading.tokens, vocabulary.ids["call"])
        found.append(ForcedSentence(prompt, tuple(target), tuple(choices)))
    return found


def choice_log_probs(sentence: ForcedSentence, table: TokenTable, engine: InferenceBackend) -> LogProbs:
    """Return what the model thinks at each choice, having read the prompt at once, as the decoder does."""
    engine.start()
    hidden = engine.step(table.embed(list(sentence.prompt)))[-1:]
    if len(sentence.target) > 1:
        hidden = np.concatenate([hidden, engine.step(table.embed(list(sentence.target[:-1])))])
    found = []
    for choice in sentence.choices:
        scores = table.score(hidden[choice.at], list(choice.allowed)).astype(np.float64)
        scores -= scores.max()
        found.append(scores - np.log(np.exp(scores).sum()))
    return found


@dataclass(frozen=True)
class Agreement:
    """A model beside another one, over the choices of some sentences."""

    divergence: float
    """Mean Kullback-Leibler divergence of the other's distribution from the reference's, in nats a choice."""
    same: float
    """Percent of choices where both would take the same token."""
    function: float
    """Percent of sentences that ask for something and whose tokens that say what is done are all right."""
    exact: float
    """Percent of the same whose every token is right: decoding them comes out right, as other writings also may."""


def agreement(
    sentences: Sequence[ForcedSentence], reference: Sequence[LogProbs], other: Sequence[LogProbs]
) -> Agreement:
    """Compare a model's choices with the reference's; give the reference twice for its own function and exact."""
    divergences, same = [], []
    function = exact = asked = 0
    for sentence, known, new in zip(sentences, reference, other, strict=True):
        for p, q in zip(known, new, strict=True):
            divergences.append(max(0.0, float((np.exp(p) * (p - q)).sum())))
            same.append(int(p.argmax()) == int(q.argmax()))
        if _asks(sentence):
            asked += 1
            taken = [int(q.argmax()) for q in new]
            wrong = [(c, t) for c, t in zip(sentence.choices, taken, strict=True) if c.right != t]
            exact += not wrong
            function += not any(choice.of_intents[choice.right] or choice.of_intents[t] for choice, t in wrong)
    share = 100 / asked if asked else 0.0
    return Agreement(float(np.mean(divergences)), 100 * float(np.mean(same)), share * function, share * exact)


def _asks(sentence: ForcedSentence) -> bool:
    """Whether something is to be done: a refusal is one token."""
    return len(sentence.target) > 1
