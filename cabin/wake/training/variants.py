"""How the recognizer writes the phrase when it mishears it: learned from the voices that are trained on, in noise.

"hey car" comes out as "a car", "hey kara", "take car". Where the detector has heard the phrase in the sound, such a
reading confirms it; by itself it would wake at every other sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.wake.sounds import distance, phones
from cabin.wake.training.augment import add_noise, coloured_noise

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.wake.phrase import WakePhrase

__all__ = ["learn_variants"]

_MARGIN_S = 0.3
_SNRS_DB = (30.0, 12.0, 6.0)
_MOST_WORDS = 3
_FURTHEST = 0.7
"""What sounds less like the phrase than this was not misheard, it was made up."""


def learn_variants(
    phrase: WakePhrase,
    said: Sequence[Samples],
    recognize: Callable[[Samples], str],
    others: Iterable[str],
    seed: int = 0,
    told: Callable[[int], None] = lambda _done: None,
) -> tuple[str, ...]:
    """Return what `recognize` makes of the phrase, the more frequent first; each sound is heard in three noises.

    Left out is what begins one of `others`, which are other sentences.
    """
    random = np.random.default_rng((seed, len(said)))
    silence = np.zeros(round(_MARGIN_S * SAMPLE_RATE_HZ), dtype=np.float32)
    counts: Counter[str] = Counter()
    for number, sound in enumerate(said):
        whole = np.concatenate((silence, sound, silence))
        for snr_db in _SNRS_DB:
            counts[recognize(add_noise(whole, coloured_noise(len(whole), random), snr_db))] += 1
        told(number + 1)
    begins = {" ".join(text.split()[:count]) for text in others for count in range(1, _MOST_WORDS + 1)}
    return tuple(
        text
        for text, _ in counts.most_common()
        if text and text not in begins and phrase.find(text) is None and _is_like(text, phrase)
    )


def _is_like(text: str, phrase: WakePhrase) -> bool:
    words = text.split()
    return len(words) <= _MOST_WORDS and distance("".join(map(phones, words)), phrase.sounds) <= _FURTHEST
