"""Recordings played through the whole chain, at several levels of noise and several leanings to the catalog.

Each result is written as it comes, one JSON object a line, so that a run that was cut off goes on where it ended.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.bench.recordings import QUIET, Order, Recording, mix_at, order_of
from cabin.errors import Problem, UsageError
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.messages import Samples, Turn

__all__ = ["Result", "Setting", "hear_recording", "read_results", "result_line", "run"]

_BLOCK = SAMPLE_RATE_HZ // 10


@dataclass(frozen=True)
class Setting:
    """What a recording is heard under."""

    bias: str
    """The leaning: off, light or strong."""
    snr: str
    """QUIET or decibels."""


@dataclass(frozen=True)
class Result:
    """What was made of one recording."""

    file: str
    bias: str
    snr: str
    right: bool
    """Exactly the order that was asked for, with every slot; where nothing is, exactly nothing."""
    taken: bool
    """Something was understood as a command."""
    wanted: str
    """The order as one line; empty for none."""
    got: str
    """The commands as one line."""
    heard: str
    """Transcripts, " | " between utterances."""
    evidence: float | None
    """The catalog evidence of the utterance that lasted longest."""
    confidence: float
    """The parser's, of that utterance."""
    speech_s: float
    """Length of the utterances."""
    recognize_ms: float
    """Wall clock from the whole utterance to its transcript, of the utterance that lasted longest."""
    parse_ms: float
    cpu_ms: float
    """Processor time of recognizing, understanding and acting, all utterances."""
    readings: tuple[tuple[str, float, float], ...] = ()
    """(text, log_prob, bias) of the n best of the utterance that lasted longest."""


def hear_recording(chain: Chain, recording: Recording, samples: Samples, setting: Setting) -> Result:
    """Play a sound to the chain as a microphone would give it, in blocks of 0.1 s."""
    blocks = (samples[start : start + _BLOCK] for start in range(0, len(samples), _BLOCK))
    turns: list[Turn] = []
    cpu_s = 0.0
    for utterance, listen_ms in chain.utterances(blocks, recording.file.name):
        begun_s = time.process_time()
        turns.append(chain.hear(utterance, None, listen_ms))
        cpu_s += time.process_time() - begun_s
    commands = [command for turn in turns for command in turn.parse.commands]
    lengths = [len(turn.utterance.samples) if turn.utterance else 0 for turn in turns]
    longest = turns[lengths.index(max(lengths))] if turns else None
    orders = [order_of(command) for command in commands]
    transcript = longest.transcript if longest else None
    return Result(
        recording.file.name,
        setting.bias,
        setting.snr,
        right=orders == ([recording.order] if recording.order else []),
        taken=bool(commands),
        wanted=_line(recording.order),
        got="; ".join(map(_line, orders)),
        heard=" | ".join(turn.transcript.text for turn in turns if turn.transcript),
        evidence=transcript.catalog_evidence if transcript else None,
        confidence=round(longest.parse.confidence, 4) if longest else 0.0,
        speech_s=round(sum(lengths) / SAMPLE_RATE_HZ, 2),
        recognize_ms=round(longest.ms.get("recognize", 0.0), 1) if longest else 0.0,
        parse_ms=round(longest.ms.get("parse", 0.0), 1) if longest else 0.0,
        cpu_ms=round(cpu_s * 1000, 1),
        readings=tuple((h.text, round(h.log_prob, 2), round(h.bias, 2)) for h in transcript.hypotheses)
        if transcript
        else (),
    )


def run(
    recordings: Sequence[Recording],
    settings: Iterable[Setting],
    open_chain: Callable[[str], Chain],
    noise: Samples | None,
    *,
    seed: int = 1,
    known: Iterable[Result] = (),
) -> Iterator[Result]:
    """Yield the result of every recording under every setting, those `known` left out.

    `open_chain` makes the chain of a leaning; there is one at a time. Raises SoundError for a damaged recording, and
    UsageError where noise is asked for and there is none.
    """
    from cabin.audio.wav import read_sound

    settings = list(settings)
    if noise is None and any(setting.snr != QUIET for setting in settings):
        raise UsageError(Problem("no noise to mix in", "--noise", expected="a sound file, or only --snr quiet"))
    have = {(result.file, result.bias, result.snr) for result in known}
    for bias in dict.fromkeys(setting.bias for setting in settings):
        levels = [setting for setting in settings if setting.bias == bias]
        missing = [
            (level, each) for level in levels for each in recordings if (each.file.name, bias, level.snr) not in have
        ]
        if not missing:
            continue
        chain = open_chain(bias)
        try:
            chain.load()
            for level, each in missing:
                sound = read_sound(each.file).samples
                if noise is not None and level.snr != QUIET:
                    sound = mix_at(sound, noise, float(level.snr), f"{seed}:{each.file.name}")
                yield hear_recording(chain, each, sound, level)
        finally:
            chain.close()


def read_results(path: Path) -> list[Result]:
    """Read results written before; a last line that was cut off is left out. Raises UsageError for another file."""
    results: list[Result] = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        try:
            row: dict[str, Any] = json.loads(line)
            row["readings"] = tuple(tuple(reading) for reading in row["readings"])
            results.append(Result(**row))
        except (ValueError, TypeError, KeyError) as error:
            if number == len(lines):
                break
            hint = "Choose another --out, or delete the file."
            problem = Problem("not a result of this command", f"{path}:{number}", line[:80], hint=hint)
            raise UsageError(problem) from error
    return results


def result_line(result: Result) -> str:
    """Return a result as one line of JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def _line(order: Order | None) -> str:
    return " ".join([order.intent, *(f"{name}={value!r}" for name, value in order.slots)]) if order else ""
