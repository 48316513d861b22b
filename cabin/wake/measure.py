"""How often the phrase is missed, and what wakes that should not: both stages, on voices that nothing was trained on.

The phrase alone and before commands, in quiet and in a car; and people who talk among themselves, who must wake nobody.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.bench.noise.chatter import hear_passage
from cabin.bench.noise.conditions import Condition, Setup, mixed
from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.scene import DRIVING, Scene, scene_sound

if TYPE_CHECKING:
    from cabin.bench.noise.chatter import Passage
    from cabin.bench.noise.spoken import Saying, SpeechStore
    from cabin.chain import Chain
    from cabin.messages import Samples
    from cabin.wake.hearing import WakefulHearing

__all__ = ["Missed", "PhraseFigures", "TalkFigures", "measure_phrase", "measure_silence", "measure_talk"]

_BLOCK = 512


@dataclass(frozen=True)
class Missed:
    """A phrase that woke nobody."""

    text: str
    voice: str
    speed: float
    first_stage: bool
    """The first stage had let it through; the text did not read as the phrase."""


@dataclass(frozen=True)
class PhraseFigures:
    """The phrase said under one condition."""

    snr: str
    speed_kph: float
    said: int
    first_stage_missed: int
    missed: int
    missed_percent: float
    misses: tuple[Missed, ...]


@dataclass(frozen=True)
class TalkFigures:
    """People who talk among themselves, nobody to the car."""

    snr: str
    speed_kph: float
    music: bool
    hours: float
    sentences: int
    utterances: int
    first_stage: int
    """Utterances that the first stage let through to the recognizer as a whole."""
    woken: int
    """Of these, how many read as the phrase: false wakes."""
    acts: int
    """Of these, how many made the car do or say something."""
    woken_per_hour: float
    processor_percent: float
    """Of one core, from the voice detector to the parser; of a machine as busy as it was."""


def measure_phrase(
    hearing: WakefulHearing, store: SpeechStore, sayings: Sequence[Saying], snr: str, speed_kph: float
) -> PhraseFigures:
    """Have the phrase said under a condition. Raises CabinError."""
    condition, setup = Condition("", speed_kph, snr), Setup(_scene(False))
    misses, stopped = [], 0
    for number, saying in enumerate(sayings):
        sound = mixed(store.read(saying), condition, setup, number).samples
        passed, woken = _heard(hearing, sound)
        stopped += not passed
        if not woken:
            misses.append(Missed(saying.text, saying.voice, saying.speed, passed))
    percent = round(100 * len(misses) / max(1, len(sayings)), 2)
    return PhraseFigures(snr, speed_kph, len(sayings), stopped, len(misses), percent, tuple(misses))


def measure_talk(
    chain: Chain, store: SpeechStore, passages: Iterable[Passage], snr: str, speed_kph: float, music: bool
) -> TalkFigures:
    """Have people talk, the chain's hearing being a WakefulHearing. Raises CabinError."""
    from cabin.wake.hearing import WakefulHearing

    hearing = chain.hearing
    assert isinstance(hearing, WakefulHearing), "without a gate everything is let through"
    condition, setup = Condition("", speed_kph, snr), Setup(_scene(music))
    before = Counter(hearing.counts)
    seconds = processor_s = 0.0
    sentences = acts = utterances = 0
    for passage in passages:
        chunk = hear_passage(chain, passage, store, condition, setup)
        seconds, processor_s = seconds + chunk.seconds, processor_s + chunk.processor_s
        sentences, acts, utterances = sentences + chunk.sentences, acts + chunk.acts, utterances + chunk.utterances
    counts = hearing.counts - before
    woken = counts["pass"] + counts["alone"]
    hours = seconds / 3600
    return TalkFigures(
        *(snr, speed_kph, music, round(hours, 4), sentences, utterances, woken + counts["drop"], woken, acts),
        round(woken / max(hours, 1e-9), 2),
        round(100 * processor_s / max(seconds, 1e-9), 2),
    )


def measure_silence(hearing: WakefulHearing, seconds: float, speed_kph: float) -> float:
    """Return how much of a core is used in percent while nobody speaks in a car. Raises ModelError."""
    noise = scene_sound(round(seconds * SAMPLE_RATE_HZ), _scene(False, speed_kph), 1)
    sound = (0.03 * noise / max(1e-9, float(abs(noise).max()))).astype("float32")
    begun_s = time.process_time()
    _heard(hearing, sound)
    return round(100 * (time.process_time() - begun_s) / seconds, 2)


def _scene(music: bool, speed_kph: float = 100.0) -> Scene:
    """Return a car that drives, with music or without."""
    return Scene(speed_kph, sources=(*DRIVING, "music") if music else DRIVING)


def _heard(hearing: WakefulHearing, sound: Samples) -> tuple[bool, bool]:
    """Return whether the first stage let something through, and whether it read as the phrase."""
    passed = woken = False
    blocks = (sound[begin : begin + _BLOCK] for begin in range(0, len(sound), _BLOCK))
    for utterance in hearing.utterances(blocks, "measure"):
        hearing.recognize(utterance)
        passed |= hearing.admission is not None and hearing.admission.decision != "closed"
        woken |= hearing.reading is not None and hearing.reading.likeness is not None
    return passed, woken
