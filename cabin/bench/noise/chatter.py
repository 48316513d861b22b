"""People who talk among themselves: sentences that are no commands, one after another, and what cabin does of them.

The sound comes in chunks of about a minute, each heard from silence to silence, so that a run can go on where it ended.
Every utterance goes through the whole chain, the simulated car included, without a wake phrase.
"""

from __future__ import annotations

import math
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.bench.noise.conditions import QUIET, Condition, Setup
from cabin.bench.noise.listening import listen
from cabin.executor import Request
from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import active_level_db
from cabin.noise.microphone import through_microphone
from cabin.noise.mixing import mix
from cabin.noise.reverberation import BACK_SEAT, DRIVER, impulse_response, reverberated
from cabin.noise.scene import scene_sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.bench.noise.plan import Utterance
    from cabin.bench.noise.spoken import SpeechStore
    from cabin.chain import Chain

__all__ = [
    "ChatterFigures",
    "Chunk",
    "Passage",
    "chatter_figures",
    "hear_passage",
    "mixed_passage",
    "passages",
    "rate_interval",
    "run_chatter",
]

_PASSAGE_S = 60.0
_PAUSES_S = (0.3, 1.4)
"""Between sentences: at least the first, and on top of it an exponential one with the second as its mean."""
_ENDS_S = 1.5
"""Silence before and after a passage."""
_QUIET_SNR_DB = 35.0
_ACTS = frozenset(("done", "answered", "unconfirmed", "failed", "late"))
"""What cabin does by itself; a refusal is words only, and a question waits."""


@dataclass(frozen=True)
class Passage:
    """About a minute of talk."""

    number: int
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True)
class Chunk:
    """What came of one passage under one condition; one line of a file."""

    number: int
    bias: str
    speed_kph: float
    snr: str
    music: bool
    seconds: float
    sentences: int
    utterances: int
    """That the endpointer cut out."""
    acts: int
    """Utterances of which something was done or answered."""
    acts_misheard: int
    """Of these: the words that were said mean something else to the parser, or nothing. The others were asked for."""
    questions: int
    """Utterances of which cabin asked something back."""
    told: int
    """Utterances that cabin refused with words, as they were understood as commands."""
    processor_s: float
    """Detector, endpointer, recognizer and parser."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """For each act, question and refusal of a command: status, said, heard, got, misheard, confidence, evidence."""


@dataclass(frozen=True)
class ChatterFigures:
    """One condition."""

    bias: str
    speed_kph: float
    snr: str
    music: bool
    hours: float
    sentences: int
    acts: int
    acts_misheard: int
    acts_per_hour: float
    acts_low: float
    """The rate lies between low and high with 95 % (Poisson, exact)."""
    acts_high: float
    questions: int
    questions_per_hour: float
    acts_per_100_sentences: float
    processor_percent: float
    """Of one core."""


def passages(
    utterances: Iterable[Utterance], store: SpeechStore, minutes: float, speak: bool = True
) -> Iterator[Passage]:
    """Yield passages of spoken sentences until there are so many minutes of sound, or no more sentences.

    Speaks what is missing, unless told not to: then sentences that were not said yet are left out.
    """
    total_s, passage_s, number = 0.0, 0.0, 0
    members: list[Utterance] = []
    for utterance in utterances:
        if store.missing([utterance.saying]):
            if not speak:
                continue
            store.speak([utterance.saying])
        members.append(utterance)
        passage_s += len(store.read(utterance.saying)) / SAMPLE_RATE_HZ + sum(_PAUSES_S)
        if passage_s >= _PASSAGE_S:
            yield Passage(number, tuple(members))
            total_s, passage_s, number, members = total_s + passage_s, 0.0, number + 1, []
            if total_s >= 60 * minutes:
                return
    if members:
        yield Passage(number, tuple(members))


def hear_passage(chain: Chain, passage: Passage, store: SpeechStore, condition: Condition, setup: Setup) -> Chunk:
    """Hear one passage; commands are carried out in the chain's car. Raises CabinError."""
    sound, begins_s = mixed_passage(passage, store, condition, setup)
    listened = listen(chain, sound, f"passage {passage.number}")
    counts = {"act": 0, "misheard": 0, "question": 0, "told": 0}
    events = []
    for heard in listened.heard:
        if not heard.parse.commands:
            continue
        turn = chain.act(heard.parse, Request(begun_s=time.perf_counter()), {}, heard.transcript, heard.utterance)
        statuses = {outcome.status for outcome in turn.outcomes}
        kind = "act" if statuses & _ACTS else "question" if "confirm" in statuses else "told"
        counts[kind] += 1
        intents = sorted(command.intent for command in heard.parse.commands)
        said = [
            u.spoken.text for u, at in zip(passage.utterances, begins_s, strict=True) if _overlaps(at, heard.utterance)
        ]
        meant = [sorted(command.intent for command in chain.parse(text).commands) for text in said]
        misheard = intents not in meant
        counts["misheard"] += misheard and kind == "act"
        events.append(
            {
                "status": ",".join(sorted(statuses)),
                "said": " | ".join(said),
                "heard": heard.transcript.text,
                "misheard": misheard,
                "got": "; ".join(f"{c.intent} {dict(c.slots)}" for c in heard.parse.commands),
                "confidence": round(min(c.confidence for c in heard.parse.commands), 4),
                "evidence": heard.transcript.catalog_evidence,
            }
        )
    spent_ms = listened.listen_ms + sum(heard.recognize_ms + heard.parse_ms for heard in listened.heard)
    return Chunk(
        passage.number,
        condition.bias,
        condition.speed_kph,
        condition.snr,
        "music" in setup.scene.sources,
        round(len(sound) / SAMPLE_RATE_HZ, 2),
        len(passage.utterances),
        len(listened.heard),
        counts["act"],
        counts["misheard"],
        counts["question"],
        counts["told"],
        round(spent_ms / 1000, 3),
        events,
    )


def run_chatter(
    found: Sequence[Passage],
    store: SpeechStore,
    conditions: Iterable[Condition],
    setup: Setup,
    open_chain: Callable[[str], Chain],
    known: Iterable[Chunk] = (),
) -> Iterator[Chunk]:
    """Yield the chunk of every passage under every condition, without music and with it, those `known` left out."""
    have = {(chunk.number, chunk.bias, chunk.speed_kph, chunk.snr, chunk.music) for chunk in known}
    plain = tuple(name for name in setup.scene.sources if name != "music")
    scenes = {music: replace(setup.scene, sources=(*plain, "music") if music else plain) for music in (False, True)}
    wanted = list(conditions)
    for bias in dict.fromkeys(condition.bias for condition in wanted):
        missing = [
            (passage, each, music)
            for passage in found
            for each in wanted
            for music in scenes
            if each.bias == bias and (passage.number, bias, each.speed_kph, each.snr, music) not in have
        ]
        if not missing:
            continue
        chain = open_chain(bias)
        try:
            for passage, condition, music in missing:
                yield hear_passage(chain, passage, store, condition, replace(setup, scene=scenes[music]))
        finally:
            chain.close()


def _overlaps(span_s: tuple[float, float], utterance: Any) -> bool:
    return bool(span_s[0] < utterance.end_s and utterance.start_s < span_s[1])


def mixed_passage(
    passage: Passage, store: SpeechStore, condition: Condition, setup: Setup
) -> tuple[NDArray[np.float32], list[tuple[float, float]]]:
    """Return the passage in noise, shape (n,), and where each sentence begins and ends, in seconds."""
    rng = random.Random(f"passage/{setup.seed}/{passage.number}")
    pieces, spans_s, at = [np.zeros(round(_ENDS_S * SAMPLE_RATE_HZ))], [], round(_ENDS_S * SAMPLE_RATE_HZ)
    for utterance in passage.utterances:
        place = rng.choice((DRIVER, BACK_SEAT))
        heard = reverberated(store.read(utterance.saying), impulse_response(place))
        # One talker is as loud as another: the ratio to the noise is that of all of them.
        heard *= 10 ** ((60.0 - active_level_db(heard)) / 20)
        pause = np.zeros(round((_PAUSES_S[0] + rng.expovariate(1 / _PAUSES_S[1])) * SAMPLE_RATE_HZ))
        pieces += [heard, pause]
        spans_s.append((at / SAMPLE_RATE_HZ, (at + len(heard)) / SAMPLE_RATE_HZ))
        at += len(heard) + len(pause)
    pieces.append(np.zeros(round(_ENDS_S * SAMPLE_RATE_HZ)))
    speech = through_microphone(np.concatenate(pieces), setup.scene.band)
    quiet = condition.snr == QUIET
    sources = tuple(name for name in setup.scene.sources if name == "music") if quiet else setup.scene.sources
    scene = replace(setup.scene, speed_kph=condition.speed_kph, sources=sources)
    noise = scene_sound(len(speech), scene, zlib.crc32(f"chatter/{setup.seed}/{passage.number}".encode()))
    snr_db = (10.0 if sources else _QUIET_SNR_DB) if quiet else float(condition.snr)
    return mix(speech, noise, snr_db, setup.level_dbfs, setup.weighting).samples, spans_s


def chatter_figures(chunks: Iterable[Chunk]) -> list[ChatterFigures]:
    """Return the figures of each condition met, in the order met."""
    groups: dict[tuple[str, float, str, bool], list[Chunk]] = {}
    for chunk in chunks:
        groups.setdefault((chunk.bias, chunk.speed_kph, chunk.snr, chunk.music), []).append(chunk)
    found = []
    for (bias, speed, snr, music), members in groups.items():
        hours = sum(chunk.seconds for chunk in members) / 3600
        acts, questions = sum(chunk.acts for chunk in members), sum(chunk.questions for chunk in members)
        sentences = sum(chunk.sentences for chunk in members)
        low, high = rate_interval(acts)
        found.append(
            ChatterFigures(
                *(bias, speed, snr, music, round(hours, 4), sentences, acts),
                sum(chunk.acts_misheard for chunk in members),
                round(acts / hours, 1),
                *(round(low / hours, 1), round(high / hours, 1), questions, round(questions / hours, 1)),
                round(100 * acts / sentences, 2),
                round(100 * sum(chunk.processor_s for chunk in members) / (3600 * hours), 1),
            )
        )
    return found


def rate_interval(count: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson count (F. Garwood, Biometrika 28, 1936), found by bisection."""

    def below(mean: float, most: int) -> float:
        return sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(most + 1)) if mean else 1.0

    def solve(most: int, wanted: float) -> float:
        low, high = 0.0, 10.0 + 4 * count
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle, most) > wanted else (low, middle)
        return low

    return (solve(count - 1, 0.975) if count else 0.0), solve(count, 0.025)
