"""Examples to train on: pieces of 2.56 s, with where in them the phrase ends. Made from spoken texts, seeded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cabin.bench.noise.voices import HIBARI
from cabin.messages import SAMPLE_RATE_HZ
from cabin.wake.features import BANDS, FRAMES_PER_STEP, STEP_SAMPLES, FeatureStream, log_mel
from cabin.wake.training.augment import add_noise, at_pitch, coloured_noise, in_room, trimmed

if TYPE_CHECKING:
    from cabin.bench.noise.spoken import Saying, SpeechStore
    from cabin.messages import Samples
    from cabin.wake.training.plan import Sayings

__all__ = ["PIECE_STEPS", "Clip", "Clips", "Examples", "make_examples", "phrase_end", "read_clips"]

PIECE_STEPS = 80
PIECE_SAMPLES = PIECE_STEPS * STEP_SAMPLES
"""2.56 s: more than the network looks back at."""

_PITCHES = (0.84, 0.9, 0.96, 1.0, 1.05, 1.12, 1.2)
_PHRASE_SHARE = 0.4
_TOLD_STEPS = 7
"""For so long after its end the phrase is said to have just ended."""
_UNSURE_STEPS = 9
"""Steps around those that say nothing either way."""
_SNR_DB = (-3.0, 30.0)
_PITCH_SPREAD = 0.11
"""Of the natural logarithm of the rate at which speech is played: people differ more than twenty voices do."""


@dataclass(frozen=True)
class Clip:
    """Speech without silence around it."""

    sound: Samples
    end: int
    """Where the phrase in it ends, in samples; 0: it is not in it."""


@dataclass(frozen=True)
class Clips:
    """All speech there is to build examples from."""

    phrase: tuple[Clip, ...]
    near: tuple[Clip, ...]
    other: tuple[Clip, ...]


@dataclass(frozen=True)
class Examples:
    """Pieces of sound as the network sees them."""

    features: NDArray[np.float16]
    """(examples, PIECE_STEPS, FRAMES_PER_STEP * BANDS)."""
    labels: NDArray[np.int8]
    """(examples, PIECE_STEPS): 1 just after the phrase, 0 elsewhere, -1: neither right nor wrong."""


def read_clips(store: SpeechStore, sayings: Sayings) -> Clips:
    """Read what was said. A voice that is the only cheap one is also played at other rates, as other people's.

    Raises SoundError when something was not said yet.
    """

    def clips(chosen: Iterable[Saying], ends: Callable[[Saying, Samples], int]) -> tuple[Clip, ...]:
        made = []
        for number, saying in enumerate(chosen):
            sound = trimmed(store.read(saying))
            if saying.voice == HIBARI:
                sound = at_pitch(sound, _PITCHES[number % len(_PITCHES)])
            end = ends(saying, sound)
            if len(sound) and end >= 0:
                made.append(Clip(sound, end))
        return tuple(made)

    alone = {
        saying.voice: (trimmed(store.read(saying)), saying.speed) for saying in sayings.phrase if saying.speed == 1.0
    }

    def found(saying: Saying, sound: Samples) -> int:
        reference, _ = alone.get(saying.voice, (None, 1.0))
        if reference is None or saying.voice == HIBARI:
            return -1
        return phrase_end(at_pitch(reference, saying.speed), sound)

    phrase = clips(sayings.phrase, lambda _saying, sound: len(sound))
    return Clips(
        phrase + clips(sayings.commands, found),
        clips(sayings.near, lambda _saying, _sound: 0),
        clips(sayings.other, lambda _saying, _sound: 0),
    )


def phrase_end(phrase: Samples, sentence: Samples) -> int:
    """Return where in a sentence that begins with the phrase it ends, in samples, by aligning it with the phrase alone.

    Dynamic time warping over log-mel frames, the phrase whole, the sentence open at its end.
    """
    wanted = log_mel(phrase)
    heard = log_mel(sentence)[: 2 * len(wanted) + 20]
    if not len(wanted) or not len(heard):
        return -1
    cost = np.mean((wanted[:, None, :] - heard[None, :, :]) ** 2, axis=2)
    total = np.full((len(wanted) + 1, len(heard) + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(1, len(wanted) + 1):
        for j in range(1, len(heard) + 1):
            total[i, j] = cost[i - 1, j - 1] + min(total[i - 1, j], total[i, j - 1], total[i - 1, j - 1])
    lengths = np.arange(len(heard) + 1) + len(wanted)
    last = int(np.argmin(total[-1] / lengths))
    return min(len(sentence), last * (STEP_SAMPLES // FRAMES_PER_STEP) + STEP_SAMPLES // FRAMES_PER_STEP)


def make_examples(clips: Clips, count: int, seed: int, told: Callable[[int], None] = lambda _done: None) -> Examples:
    """Return `count` examples; `told` hears of each hundred."""
    features = np.zeros((count, PIECE_STEPS, FRAMES_PER_STEP * BANDS), dtype=np.float16)
    labels = np.zeros((count, PIECE_STEPS), dtype=np.int8)
    for number in range(count):
        random = np.random.default_rng((seed, number))
        sound, end = _piece(clips, random)
        features[number] = FeatureStream().accept(_placed(sound, clips, random))
        labels[number] = _labels(end)
        if number % 100 == 99:
            told(number + 1)
    return Examples(features, labels)


def _piece(clips: Clips, random: np.random.Generator) -> tuple[Samples, int]:
    """Return clean speech of PIECE_SAMPLES and where the phrase in it ends; -1: nowhere."""
    kind = random.random()
    if kind < _PHRASE_SHARE:
        return _with_phrase(clips, random)
    if kind < 0.66 and clips.near:
        near = _varied(_any(clips.near, random).sound, random)
        return _laid([_silence(0.0, 1.2, random), near, _silence(0.0, 0.4, random), *_more(clips, random)]), -1
    if kind < 0.74:
        clip = _any(clips.phrase, random)
        cut = int(clip.end * random.uniform(0.3, 0.65))
        part = clip.sound[:cut] if random.random() < 0.6 else clip.sound[cut : clip.end]
        return _laid([_silence(0.0, 1.2, random), _varied(part, random), *_more(clips, random)]), -1
    if kind < 0.79 or not clips.other:
        return np.zeros(PIECE_SAMPLES, dtype=np.float32), -1
    return _laid(
        [_silence(0.0, 0.5, random), _cut(clips, random), _silence(0.0, 0.3, random), *_more(clips, random)]
    ), -1


def _with_phrase(clips: Clips, random: np.random.Generator) -> tuple[Samples, int]:
    clip = _any(clips.phrase, random)
    ratio = _ratio(random)
    sound, end = at_pitch(clip.sound, ratio), int(clip.end / ratio)
    if len(sound) - end < STEP_SAMPLES * 4:
        sound = np.concatenate((sound, _silence(0.0, 0.5, random), *_more(clips, random)))
    room = PIECE_SAMPLES - end - _TOLD_STEPS * STEP_SAMPLES
    lead = int(random.uniform(0.0, max(1, room)))
    before = _silence(0.0, 0.0, random)
    if random.random() < 0.35 and clips.other:
        before = _cut(clips, random)[-max(0, lead - int(random.uniform(0.0, 0.4) * SAMPLE_RATE_HZ)) :]
    piece = np.zeros(PIECE_SAMPLES, dtype=np.float32)
    used = min(len(before), lead)
    if used:
        piece[:used] = before[-used:]
    fits = min(len(sound), PIECE_SAMPLES - lead)
    piece[lead : lead + fits] = sound[:fits]
    return piece, lead + end


def _placed(sound: Samples, clips: Clips, random: np.random.Generator) -> Samples:
    """Put speech into a room, among noise, at some level."""
    if random.random() < 0.5:
        sound = in_room(sound, random)
    if random.random() < 0.8:
        sound = add_noise(sound, coloured_noise(len(sound), random), random.uniform(*_SNR_DB))
    if random.random() < 0.12 and clips.other:
        sound = add_noise(sound, _laid([_cut(clips, random), *_more(clips, random)]) + 1e-6, random.uniform(6.0, 20.0))
    peak = float(np.max(np.abs(sound), initial=1e-6))
    gain = 10 ** (-random.uniform(1.0, 32.0) / 20) / peak
    return np.asarray(np.clip(sound * gain, -1.0, 1.0), dtype=np.float32)


def _labels(end: int) -> NDArray[np.int8]:
    labels = np.zeros(PIECE_STEPS, dtype=np.int8)
    if end >= 0:
        first = min(PIECE_STEPS - 1, -(-end // STEP_SAMPLES))
        labels[max(0, first - 3) : first + _TOLD_STEPS + _UNSURE_STEPS] = -1
        labels[first : first + _TOLD_STEPS] = 1
    return labels


def _more(clips: Clips, random: np.random.Generator) -> list[Samples]:
    return [_cut(clips, random)] if clips.other and random.random() < 0.6 else []


def _cut(clips: Clips, random: np.random.Generator) -> Samples:
    """Return other speech from anywhere in a sentence on."""
    sound = _varied(_any(clips.other, random).sound, random)
    return sound[int(random.uniform(0.0, 0.7) * len(sound)) :] if random.random() < 0.5 else sound


def _varied(sound: Samples, random: np.random.Generator) -> Samples:
    return at_pitch(sound, _ratio(random))


def _ratio(random: np.random.Generator) -> float:
    return float(np.exp(random.normal(0.0, _PITCH_SPREAD)))


def _laid(parts: Sequence[Samples]) -> Samples:
    """Return parts one after the other, cut or filled up to PIECE_SAMPLES."""
    piece = np.concatenate(parts)[:PIECE_SAMPLES]
    return np.pad(piece, (0, PIECE_SAMPLES - len(piece))).astype(np.float32)


def _silence(least_s: float, most_s: float, random: np.random.Generator) -> Samples:
    return np.zeros(int(random.uniform(least_s, most_s) * SAMPLE_RATE_HZ), dtype=np.float32)


def _any(clips: Sequence[Clip], random: np.random.Generator) -> Clip:
    return clips[int(random.integers(len(clips)))]
