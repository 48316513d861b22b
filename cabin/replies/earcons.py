"""Earcons: short tones that tell how it went. Sine tones with soft edges, made here; no file is needed.

Rising means go on (listening, question), falling means it ended (done is two steps up to rest, refused one down), low
means trouble. Frequencies are of the tempered scale on A = 440 Hz: 440 * 2^(n / 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["EARCONS", "Earcon", "earcon"]

Earcon = Literal["listening", "done", "refused", "question", "failed", "recording"]
"""What a tone tells. recording: that sound is being kept from now on, or no more."""


@dataclass(frozen=True)
class _Tone:
    """One sine tone with its octave, softly."""

    semitones: float
    """Above or below 440 Hz."""
    begin_s: float
    length_s: float
    level: float = 0.16
    """Amplitude; 0.16 is -16 dB of full scale, below a spoken reply."""


_TONES: Mapping[Earcon, tuple[_Tone, ...]] = {
    "listening": (_Tone(8, 0.0, 0.07), _Tone(15, 0.06, 0.09)),
    "done": (_Tone(3, 0.0, 0.09), _Tone(10, 0.08, 0.16)),
    "refused": (_Tone(3, 0.0, 0.1), _Tone(-2, 0.1, 0.2)),
    "question": (_Tone(3, 0.0, 0.1), _Tone(3, 0.13, 0.06), _Tone(8, 0.18, 0.17)),
    "failed": (_Tone(-9, 0.0, 0.12), _Tone(-9, 0.17, 0.22)),
    "recording": (_Tone(12, 0.0, 0.08), _Tone(12, 0.14, 0.08), _Tone(12, 0.28, 0.12)),
}
EARCONS: tuple[Earcon, ...] = get_args(Earcon)

_ATTACK_S = 0.012
_OCTAVE = 0.25
"""Of the amplitude: a little of the octave makes a pure sine less thin."""
_A_HZ = 440.0


@lru_cache(maxsize=2 * len(EARCONS))
def earcon(name: Earcon, rate_hz: int) -> Samples:
    """Return a tone: mono float32, shape (n,), under 0.5 s, silent at both ends."""
    tones = _TONES[name]
    sound = np.zeros(round(max(tone.begin_s + tone.length_s for tone in tones) * rate_hz) + 1, dtype=np.float64)
    for tone in tones:
        begin = round(tone.begin_s * rate_hz)
        made = _sine(tone, rate_hz)
        sound[begin : begin + len(made)] += made
    samples = sound.astype(np.float32)
    samples.setflags(write=False)
    return samples


def _sine(tone: _Tone, rate_hz: int) -> Samples:
    """Return one tone: rises in _ATTACK_S, then dies away, and is silent at its last sample."""
    count = round(tone.length_s * rate_hz)
    at_s = np.arange(count) / rate_hz
    angle = 2 * np.pi * _A_HZ * 2 ** (tone.semitones / 12) * at_s
    wave = np.sin(angle) + _OCTAVE * np.sin(2 * angle)
    attack = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, at_s / _ATTACK_S))
    left_s = tone.length_s - at_s
    release = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, left_s / (0.6 * tone.length_s)))
    return np.asarray(tone.level / (1 + _OCTAVE) * wave * attack * release)
