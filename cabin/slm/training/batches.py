"""From examples to tensors: token ids, and for every choice the model has to make, which tokens it could have chosen.

Only real choices are trained on: where the automaton leaves one token, nothing is learned and nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from cabin.errors import ModelError, Problem
from cabin.slm.encoding import EncodingError, encode_calls, encode_refusal
from cabin.slm.examples import Example
from cabin.slm.grammar import CallGrammar

if TYPE_CHECKING:
    from cabin.slm.corpus import Corpus

__all__ = ["Batch", "Item", "check_writable", "collate", "encode", "stream_batches"]

_TRIED = 500
"""Sentences of which at least one command must be writable."""


@dataclass(frozen=True)
class Item:
    """One example as token ids with its choices."""

    tokens: tuple[int, ...]
    """Utterance, "call", target."""
    choices: tuple[tuple[int, tuple[int, ...], int], ...]
    """(position whose hidden state decides, allowed tokens, index of the right one among them)."""


@dataclass(frozen=True)
class Batch:
    """Tensors of some items."""

    tokens: Tensor
    """(items, length), padded on the right with 0."""
    rows: Tensor
    """(choices,) item of each choice."""
    columns: Tensor
    """(choices,) position of each choice."""
    vocabulary: Tensor
    """(v,) ids of all tokens that any choice of the batch allows."""
    allowed: Tensor
    """(choices, most) indexes into `vocabulary`, padded with -1."""
    targets: Tensor
    """(choices,) index of the right one in `allowed`."""
    weights: Tensor
    """(choices,) what each choice counts."""


def encode(example: Example, grammar: CallGrammar) -> Item:
    """Return the example as an item. Raises EncodingError when its calls cannot be written for its text."""
    vocabulary = grammar.vocabulary
    reading = vocabulary.read(example.text)
    if example.refused is not None:
        target = encode_refusal(example.refused, vocabulary)
    else:
        target = encode_calls(example.calls, reading, grammar.spec, vocabulary)
    prompt = [*reading.tokens, vocabulary.ids["call"]]
    state, choices = grammar.start(), []
    for at, token in enumerate(target):
        allowed = grammar.allowed(state, reading)
        if token not in allowed:
            raise EncodingError(f"{vocabulary.name(token)} cannot follow in {example.text!r}")
        if len(allowed) > 1:
            choices.append((len(prompt) - 1 + at, tuple(allowed), allowed.index(token)))
        state = grammar.advance(state, token, reading)
    return Item((*prompt, *target[:-1]), tuple(choices))


def collate(items: list[Item]) -> Batch:
    """Return the items as one batch."""
    length = max(len(item.tokens) for item in items)
    tokens = np.zeros((len(items), length), np.int64)
    flat = [(row, choice) for row, item in enumerate(items) for choice in item.choices]
    most = max(len(allowed) for _, (_, allowed, _) in flat)
    allowed = np.full((len(flat), most), -1, np.int64)
    for row, item in enumerate(items):
        tokens[row, : len(item.tokens)] = item.tokens
    for at, (_, (_, choices, _)) in enumerate(flat):
        allowed[at, : len(choices)] = choices
    ids, places = np.unique(allowed, return_inverse=True)
    shift = int(ids[0] == -1)
    allowed = places.reshape(allowed.shape) - shift
    return Batch(
        vocabulary=torch.from_numpy(ids[shift:]),
        tokens=torch.from_numpy(tokens),
        rows=torch.tensor([row for row, _ in flat]),
        columns=torch.tensor([column for _, (column, _, _) in flat]),
        allowed=torch.from_numpy(allowed),
        targets=torch.tensor([target for _, (_, _, target) in flat]),
        weights=torch.ones(len(flat)),
    )


def stream_batches(
    examples: Iterable[Example], grammar: CallGrammar, size: int, *, pool: int = 32, seed: int = 0
) -> Iterator[Batch]:
    """Yield batches of `size` examples of like length, in random order; what cannot be written is left out."""
    rng = np.random.default_rng(seed)
    items: list[Item] = []
    for example in examples:
        try:
            items.append(encode(example, grammar))
        except EncodingError:
            continue
        if len(items) == size * pool:
            items.sort(key=lambda item: len(item.tokens))
            for start in rng.permutation(pool):
                yield collate(items[start * size : (start + 1) * size])
            items = []


def check_writable(corpus: Corpus, grammar: CallGrammar, source: Path) -> None:
    """Raise ModelError when none of many sentences can be written with the calls of the model in `source`."""
    for example in islice(corpus.stream("train", 0), _TRIED):
        try:
            encode(example, grammar)
        except EncodingError:
            continue
        if example.calls:
            return
    hint = "Give the catalogs that the model was built for (--catalog)."
    raise ModelError(Problem("no sentence can be written with the model's calls", str(source), hint=hint))
