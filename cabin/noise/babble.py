"""Talk in the back: several people at once, of speech that is given, each with pauses of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import active_level_db
from cabin.noise.spectrum import add_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["babble"]

_PAUSE_S = 0.6
"""Mean of the pauses between sentences (exponential)."""


def babble(
    count: int, talk: Sequence[NDArray[Any]], talkers: int, level_db: float, rng: np.random.Generator
) -> Pressure:
    """Return talk in pascals, shape (count,): each of `talkers` says sentences of `talk` in an order of their own.

    `level_db`: active level (ITU-T P.56) of each talker in dB SPL. Nothing when there is no talk.
    """
    sound = np.zeros(count)
    if not talk:
        return sound
    for _ in range(talkers):
        at = -int(rng.integers(0, 2 * SAMPLE_RATE_HZ))
        while at < count:
            sentence = talk[int(rng.integers(len(talk)))]
            gain = 10 ** ((level_db - active_level_db(sentence)) / 20)
            add_at(sound, at, np.asarray(gain * sentence, dtype=np.float64))
            at += len(sentence) + int(rng.exponential(_PAUSE_S) * SAMPLE_RATE_HZ)
    return sound
