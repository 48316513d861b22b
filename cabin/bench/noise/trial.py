"""One item under one condition: mixed, heard, and judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cabin.bench.noise.conditions import Condition, Setup, mixed
from cabin.bench.noise.listening import Listened, listen
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.bench.noise.items import Item
    from cabin.chain import Chain
    from cabin.messages import Command

__all__ = ["ACCEPTED", "Outcome", "Result", "judge", "run_trials", "try_item"]

Outcome = Literal["right", "asked", "wrong", "asked_wrong", "missed"]
"""right: done as asked. asked: right, but cabin asks back first. wrong: something else was done, or more, or another
value. asked_wrong: cabin asks back about something else. missed: nothing."""

ACCEPTED: tuple[Outcome, ...] = ("right", "asked")
_TALKS = 6


@dataclass(frozen=True)
class Result:
    """What came of one item under one condition; one line of a file."""

    number: int
    name: str
    voice: str
    pace: float
    bias: str
    speed_kph: float
    snr: str
    outcome: Outcome
    text_outcome: str
    """What the parser makes of the words themselves, without sound; empty for recordings."""
    wanted: str
    got: str
    heard: str
    """Transcripts, " | " between utterances."""
    utterances: int
    confidence: float
    """Lowest of the commands, or of the refusal."""
    evidence: float | None
    """Catalog evidence of the utterance that lasted longest."""
    listen_ms_per_s: float
    """Processor time of detector and endpointer, a second of sound."""
    recognize_ms: float
    """Processor time, all utterances together."""
    parse_ms: float
    waited_ms: float | None
    """From the last sound of the speech to the endpointer's decision, in sound; None: it heard nothing."""


def judge(item: Item, commands: Sequence[Command]) -> Outcome:
    """Say what the commands understood are worth."""
    is_right = item.accepts(commands)
    if not commands:
        return "right" if is_right else "missed"
    asks_back = all(command.unsure for command in commands)
    if is_right:
        return "asked" if any(command.unsure for command in commands) else "right"
    return "asked_wrong" if asks_back else "wrong"


def try_item(
    chain: Chain,
    item: Item,
    condition: Condition,
    setup: Setup,
    talk: Sequence[NDArray[Any]] = (),
    text_outcome: str | None = None,
) -> Result:
    """Hear one item under one condition. Raises SoundError for speech that cannot be read.

    `text_outcome` is that of `judge` for the item's text, where it is known already.
    """
    sound = mixed(item.load(), condition, setup, item.number, talk)
    listened = listen(chain, sound.samples, item.name)
    commands = [command for heard in listened.heard for command in heard.parse.commands]
    if text_outcome is None:
        text_outcome = judge(item, chain.parse(item.text).commands) if item.text else ""
    ends_ms = [1000 * (heard.noticed_s - sound.speech_end_s) for heard in listened.heard]
    longest = max(listened.heard, key=lambda heard: len(heard.utterance.samples), default=None)
    return Result(
        item.number,
        item.name,
        item.voice,
        item.pace,
        condition.bias,
        condition.speed_kph,
        condition.snr,
        judge(item, commands),
        text_outcome,
        item.wanted,
        "; ".join(_line(command) for command in commands),
        " | ".join(heard.transcript.text for heard in listened.heard),
        len(listened.heard),
        _confidence(commands, listened),
        None if longest is None else longest.transcript.catalog_evidence,
        round(listened.listen_ms / max(len(sound.samples) / SAMPLE_RATE_HZ, 1e-9), 2),
        round(sum(heard.recognize_ms for heard in listened.heard), 1),
        round(sum(heard.parse_ms for heard in listened.heard), 1),
        round(ends_ms[-1]) if ends_ms else None,
    )


def run_trials(
    items: Sequence[Item],
    conditions: Iterable[Condition],
    setup: Setup,
    open_chain: Callable[[str], Chain],
    known: Iterable[Result] = (),
) -> Iterator[Result]:
    """Yield the result of every item under every condition, those `known` left out.

    `open_chain` makes the chain of a leaning; there is one at a time.
    """
    have = {(result.number, result.name, result.bias, result.speed_kph, result.snr) for result in known}
    wanted = list(conditions)
    for bias in dict.fromkeys(condition.bias for condition in wanted):
        missing = [
            (item, each)
            for item in items
            for each in wanted
            if each.bias == bias and (item.number, item.name, bias, each.speed_kph, each.snr) not in have
        ]
        if not missing:
            continue
        chain = open_chain(bias)
        texts: dict[int, str] = {}
        try:
            for item, condition in missing:
                result = try_item(chain, item, condition, setup, _talk(items, item, setup), texts.get(item.number))
                texts[item.number] = result.text_outcome
                yield result
        finally:
            chain.close()


def _talk(items: Sequence[Item], item: Item, setup: Setup) -> list[NDArray[Any]]:
    """Return what others say, where the scene has babble: the next items' speech."""
    if "babble" not in setup.scene.sources:
        return []
    at = items.index(item)
    others = [items[(at + step) % len(items)] for step in range(1, _TALKS + 1)]
    return [other.load() for other in others if other is not item]


def _confidence(commands: Sequence[Command], listened: Listened) -> float:
    told = [command.confidence for command in commands] or [heard.parse.confidence for heard in listened.heard]
    return round(min(told, default=0.0), 4)


def _line(command: Command) -> str:
    slots = f" {json.dumps(dict(command.slots), ensure_ascii=False)}" if command.slots else ""
    return f"{command.intent}{slots}{' (asks)' if command.unsure else ''}"
