"""Learn what Moonshine mishears in a moving car: voices, car noise, recognizer; the confusions go to a file of cabin.

python -m scripts.voices.misheard --minutes 8       say, listen and collect; go on where the last run stopped
python -m scripts.voices.misheard --minutes 0       collect only, after rows were put under `rejected` by hand
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from cabin.bench.noise.voices import KEPT, TUNING
from cabin.catalog.sampling import Sample, Sampler
from cabin.errors import CabinError, Problem, UsageError
from cabin.messages import SAMPLE_RATE_HZ
from cabin.slm.text import normalize
from scripts.voices.confusions import Heard, collect, render
from scripts.voices.fetch import voices_dir
from scripts.voices.noise import CarNoise, car_noise, mix
from scripts.voices.speech import HIBARI, synthesize

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog
    from cabin.messages import Samples

__all__ = ["Utterance", "main", "plan", "sentences"]

_ROOT = Path(__file__).resolve().parents[2]
_FILE = _ROOT / "cabin" / "slm" / "misheard.yaml"
_SNR_DB = (0.0, 15.0)
_NOISES = 4
"""How often each sound is heard, each time in another noise; the SNRs are spread over the range."""
_KOKORO_EVERY = 4
"""One sentence in so many is said by a voice of Kokoro: they are the best voices, and take 50 times as long."""
_SPEEDS = (0.9, 1.0, 1.1, 1.2)
_PITCHES = (0.9, 0.95, 1.0, 1.06, 1.12)
"""hibari has one voice: played at these rates it stands for larger and smaller people."""
_SPEAKERS = tuple(voice for voice in TUNING if voice != HIBARI)
_HIBARIS = tuple(f"{HIBARI}@{pitch:g}" for pitch in _PITCHES)
_CAR_KPH = (50.0, 80.0, 100.0, 130.0)
_DRAWN_FOR_ONE = 8
_MOST_WORDS = 12
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Utterance:
    """What is said, by whom, and in which noises it is heard."""

    text: str
    voice: str
    speed: float
    snrs_db: tuple[float, ...]
    car_kph: float
    seed: int


def sentences(catalog: Catalog, rng: random.Random) -> Iterator[str]:
    """Yield sentences of the catalog without names and numbers, those first whose words were not said yet."""
    sampler, said = Sampler(catalog), Counter[str]()
    intents = list(catalog.intents.values())
    weights = [sum(len(group.templates) for group in intent.sentences) ** 0.5 for intent in intents]

    def draw() -> Sample:
        if catalog.refusals and rng.random() < 0.2:
            return sampler.refusal(rng.choice(catalog.refusals), rng)
        intent = rng.choices(intents, weights)[0]
        return sampler.group(intent, rng.choice(intent.sentences), rng)

    while True:
        drawn: list[list[str]] = []
        while len(drawn) < _DRAWN_FOR_ONE:
            sample = draw()
            words = normalize(sample.text).split()
            if 1 < len(words) <= _MOST_WORDS and not any(call.spans for call in sample.calls):
                drawn.append(words)
        best = max(drawn, key=lambda words: sum(1 / (1 + said[word]) for word in words) / len(words))
        said.update(best)
        yield " ".join(best)


def plan(catalog: Catalog, seed: int) -> Iterator[Utterance]:
    """Yield utterances without end, the same ones for the same seed: hibari at its pitches and Kokoro's by turns."""
    rng = random.Random(seed)
    low, high = _SNR_DB
    for number, text in enumerate(sentences(catalog, random.Random(f"{seed}/text"))):
        slow = number % _KOKORO_EVERY == 0
        turn = number // _KOKORO_EVERY
        turn = turn if slow else number - turn - 1
        voice = _SPEAKERS[turn * 3 % len(_SPEAKERS)] if slow else _HIBARIS[turn % len(_HIBARIS)]
        step = (high - low) / _NOISES
        snrs = tuple(round(low + step * (at + rng.random()), 1) for at in range(_NOISES))
        yield Utterance(text, voice, rng.choice(_SPEEDS), snrs, rng.choice(_CAR_KPH), rng.randrange(2**31))


def _speak(utterance: Utterance) -> Samples:
    voice, _, pitch = utterance.voice.partition("@")
    sound = synthesize(utterance.text, voice, utterance.speed)
    if pitch:
        import soxr

        sound = soxr.resample(sound, SAMPLE_RATE_HZ * float(pitch), SAMPLE_RATE_HZ).astype(np.float32)
    return sound


def _listen(utterances: Iterator[Utterance], log: Path, model_dir: Path, minutes: float) -> None:
    """Add lines to the log until the processor time is up; utterances that it holds already are not said again."""
    from cabin_moonshine.recognizer import MoonshineRecognizer

    done = sum(1 for _ in log.open(encoding="utf-8")) // _NOISES if log.is_file() else 0
    recognizer = MoonshineRecognizer(model_dir, beam=1)
    start, new = _processor_s(), 0
    with log.open("a", encoding="utf-8") as lines:
        for number, utterance in enumerate(utterances):
            if number < done:
                continue
            used = _processor_s() - start
            if used >= 60 * minutes:
                break
            sound = _speak(utterance)
            heard = []
            for snr_db in utterance.snrs_db:
                noise = car_noise(len(sound), CarNoise(utterance.car_kph), utterance.seed + round(10 * snr_db))
                recognizer.accept(mix(sound, noise, snr_db))
                best = recognizer.final().hypotheses
                text = normalize(best[0].text) if best else ""
                heard.append(Heard(utterance.text, utterance.voice, snr_db, text))
            lines.write("".join(json.dumps(asdict(each)) + "\n" for each in heard))  # whole utterances, to go on from
            lines.flush()
            new += 1
            if new % 20 == 0:
                _log.info("%d utterances said, %d of them now, %.1f min left", number + 1, new, minutes - used / 60)
    recognizer.close()


def _processor_s() -> float:
    spent = os.times()
    return spent.user + spent.system


def _how(utterances: Sequence[Heard], seed: int) -> list[str]:
    kokoro = {each.voice for each in utterances} & set(_SPEAKERS)
    same = sum(each.said == each.heard for each in utterances)
    return [
        "What Moonshine base hears for words said in a moving car: said: {heard: how often}.",
        "cabin.slm.misheard reads it for training text. Made by `python -m scripts.voices.misheard`, not by hand; rows",
        "that would turn one command into another were rejected by eye and stand below, so that they stay out when the",
        "file is made again.",
        f"{len(utterances)} recordings of {len({(e.said, e.voice) for e in utterances})} sayings (seed {seed}) of",
        f"patterns without names and numbers, {same / max(1, len(utterances)):.0%} heard word for word.",
        f"Voices: {len(kokoro)} of Kokoro-82M, hibari at rates {', '.join(f'{pitch:g}' for pitch in _PITCHES)};"
        f" speeds {min(_SPEEDS)} to {max(_SPEEDS)}.",
        f"Car noise (scripts.voices.noise) at {', '.join(f'{kph:g}' for kph in _CAR_KPH)} km/h,"
        f" SNR {_SNR_DB[0]:g} to {_SNR_DB[1]:g} dB(A), {_NOISES} noises a saying.",
    ]


def _collect(log: Path, out: Path, seed: int) -> int:
    """Write the file anew from the log, keeping what was rejected; return how many rows it has. Raises UsageError."""
    if not log.is_file():
        raise UsageError(Problem("nothing was heard yet", str(log), hint="Give --minutes more than 0."))
    heard = [Heard(**json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines()]
    utterances = [each for each in heard if each.voice not in KEPT]  # in logs from before there were kept voices
    known: dict[str, Any] = yaml.safe_load(out.read_text(encoding="utf-8")) if out.is_file() else {}
    rejected: dict[str, str] = known.get("rejected") or {}
    pairs = [(said, heard) for said, _, heard in (row.partition(" -> ") for row in rejected)]
    rows = collect(utterances, pairs)
    part = out.with_name(f".{out.name}.part")
    part.write_text(render(rows, rejected, _how(utterances, seed)), encoding="utf-8")
    os.replace(part, out)
    return len(rows)


def main(arguments: list[str] | None = None) -> int:
    """Say sentences of the installed catalogs in car noise, recognize them, and write what was misheard."""
    parser = argparse.ArgumentParser(prog="python -m scripts.voices.misheard", description=main.__doc__)
    parser.add_argument(
        "--minutes", type=float, default=8.0, help="processor time to speak and listen; 0 only collects"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, default=_ROOT / "models" / "moonshine-base-en")
    parser.add_argument("--log", type=Path, help="what was heard, a JSON object a line; default in .cache/voices")
    parser.add_argument("--out", type=Path, default=_FILE)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log = options.log or voices_dir() / f"misheard-{options.seed}.jsonl"
    try:
        if options.minutes > 0:
            _listen(plan(_catalog(), options.seed), log, options.model, options.minutes)
        _log.info("%d rows in %s", _collect(log, options.out, options.seed), options.out)
    except CabinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _catalog() -> Catalog:
    from cabin.catalog.loader import load_catalog

    return load_catalog(sorted((_ROOT / "plugins").glob("*/catalog")), sentences=True)


if __name__ == "__main__":
    sys.exit(main())
