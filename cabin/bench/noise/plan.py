"""Who says what how fast: sentences dealt to voices, the same way for the same seed, however many are wanted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cabin.bench.noise.sentences import Spoken
from cabin.bench.noise.spoken import Saying

__all__ = ["SPEEDS", "Utterance", "deal", "deal_chatter"]

SPEEDS = (0.9, 1.0, 1.1, 1.2)
"""Of the voice's own pace; as those by which misheard words were learned."""


@dataclass(frozen=True)
class Utterance:
    """One sentence said by one voice."""

    number: int
    """Its place in the plan; also what the noise around it is drawn from."""
    spoken: Spoken
    saying: Saying


def deal(sentences: Iterable[Spoken], voices: Sequence[str], seed: int, limit: int) -> Iterator[Utterance]:
    """Yield at most `limit` utterances: the voices take turns, each sentence is said once, the pace is drawn."""
    for number, spoken in zip(range(limit), sentences, strict=False):
        pace = random.Random(f"pace/{seed}/{number}").choice(SPEEDS)
        yield Utterance(number, spoken, Saying(spoken.text, voices[number % len(voices)], pace))


def deal_chatter(texts: Sequence[str], voices: Sequence[str], seed: int) -> Iterator[Utterance]:
    """Yield the sentences in an order drawn by the seed, each once, the voices taking turns."""
    order = list(texts)
    random.Random(f"chatter/{seed}").shuffle(order)
    yield from deal((Spoken(text) for text in order), voices, seed, len(order))
