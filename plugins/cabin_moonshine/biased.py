"""Decoding that leans to a catalog's language: the catalog's reading of a sound stands against the free one.

The free reading is decoded first and alone. Where it is a sentence of the language already, that is the answer and
nothing more is paid. Else a beam follows the sentences of the language (cabin_moonshine.language_search), and gives up
as soon as none can come near the free reading any more: chatter costs a few steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cabin.messages import Hypothesis
from cabin.speech.bias import joined, log_ratio_per_token
from cabin.speech.bias_spelling import PieceTable, SpellingWalk, Written
from cabin_moonshine.language_search import Limits, decode_in_language

if TYPE_CHECKING:
    from cabin.speech.bias import Bias
    from cabin_moonshine.decoder import Decoded, GreedyPath
    from cabin_moonshine.model import EncodedSound, MoonshineModel
    from cabin_moonshine.tokenizer import Tokenizer

__all__ = ["BiasedSearch"]


class BiasedSearch:
    """Chooses between the free reading and the catalog's. Not thread-safe."""

    def __init__(self, bias: Bias, tokenizer: Tokenizer) -> None:
        """The tokenizer's pieces are looked at once, here."""
        self.bias = bias
        pieces = [_text(tokenizer.piece(token)) for token in range(len(tokenizer))]
        self.walk = SpellingWalk(bias.language, PieceTable(pieces), bias.lexicon)

    def choose(
        self,
        model: MoonshineModel,
        sound: EncodedSound,
        free: Sequence[Hypothesis],
        decoded: Decoded,
        n_best: int,
        path: GreedyPath | None = None,
    ) -> tuple[tuple[Hypothesis, ...], float | None]:
        """Return the n best readings with their bias, and the evidence that the catalog was spoken to.

        `free` are the readings in any words, `decoded` the best of them in tokens, `path` what greedy decoding of the
        sound passed through. The evidence is what `log_ratio_per_token` gives; None: no sentence of the catalog comes
        near.
        """
        self.bias.refresh()
        tokens = len(decoded.tokens) + 1
        read = [(reading, self.walk.read(reading.text)) for reading in free]
        first = read[0][1] if read else None
        if first is not None and not first.free and not first.cost:
            return (Hypothesis(first.text, free[0].log_prob),), 0.0
        config = self.bias.config
        text = free[0].text if free else ""
        floor = decoded.log_prob - self.bias.most_worth(len(text.split()))
        limits = Limits(config.beams, floor, word=config.word)
        found = decode_in_language(model, sound, self.walk, limits, path)
        if not found:
            return tuple(free)[:n_best], None
        found.sort(key=lambda reading: -self.bias.score(reading.written, reading.log_prob))
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
            for bias in (self.bias.against(written, best, text),)
        )
        evidence = log_ratio_per_token(max(reading.log_prob for reading in found), decoded.log_prob, tokens)
        return judged[:n_best], evidence


def _text(piece: bytes) -> str | None:
    """Return a piece's text; None for parts of characters."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return None
