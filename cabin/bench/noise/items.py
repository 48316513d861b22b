"""What is heard: spoken sentences of known meaning, or recordings with labels; each knows what is right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cabin.bench.recordings import Recording, order_of
from cabin.messages import Command, Parse, SlotValue
from cabin.slm.evaluation import Case, evaluate
from cabin.slm.numbers import say_number

if TYPE_CHECKING:
    from cabin.bench.noise.plan import Utterance
    from cabin.bench.noise.spoken import SpeechStore
    from cabin.messages import Samples

__all__ = ["Item", "recorded_items", "spoken_items"]

_ARTICLES = frozenset(("the", "a", "an", "my"))


@dataclass(frozen=True)
class Item:
    """One thing said."""

    number: int
    """What the noise around it is drawn from."""
    name: str
    """The text said, or the file."""
    voice: str
    """Empty for recordings."""
    pace: float
    wanted: str
    """What is right, as one line; empty: nothing."""
    load: Callable[[], Samples]
    """Returns the speech, mono float32 of shape (n,)."""
    accepts: Callable[[Sequence[Command]], bool]
    """Says whether commands are what was asked for, every slot right."""
    text: str = ""
    """Empty for recordings: their words are not known."""


def spoken_items(utterances: Iterable[Utterance], store: SpeechStore) -> list[Item]:
    """Return utterances of a plan as items."""
    return [_spoken(utterance, store) for utterance in utterances]


def _spoken(utterance: Utterance, store: SpeechStore) -> Item:
    spoken, saying = utterance.spoken, utterance.saying
    case = Case(spoken.text, ([(intent, _as_heard(slots)) for intent, slots in spoken.calls],), None)

    def accepts(commands: Sequence[Command]) -> bool:
        heard = tuple(replace(command, slots=_as_heard(command.slots)) for command in commands)
        parse = Parse(spoken.text, heard, None if heard else "unclear")
        return evaluate(lambda _: parse, [case]).counts["exact"] == 1

    wanted = "; ".join(_line(intent, slots) for intent, slots in spoken.calls)
    return Item(
        utterance.number,
        spoken.text,
        saying.voice,
        saying.speed,
        wanted,
        lambda: store.read(saying),
        accepts,
        spoken.text,
    )


def recorded_items(recordings: Iterable[Recording]) -> list[Item]:
    """Return recordings as items."""
    return [_recorded(number, recording) for number, recording in enumerate(recordings)]


def _recorded(number: int, recording: Recording) -> Item:
    def load() -> Samples:
        from cabin.audio.wav import read_sound

        return read_sound(recording.file).samples

    def accepts(commands: Sequence[Command]) -> bool:
        return [order_of(command) for command in commands] == ([recording.order] if recording.order else [])

    order = recording.order
    wanted = _line(order.intent, dict(order.slots)) if order else ""
    return Item(number, recording.file.name, "", 1.0, wanted, load, accepts)


def _as_heard(slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    """Return slots so that what sounds alike is alike: "c b c radio two" and "cbc radio 2"."""
    return {name: _run_together(value) if isinstance(value, str) else value for name, value in slots.items()}


def _run_together(words: str) -> str:
    parts = words.lower().replace("-", " ").split()
    kept = parts[1:] if len(parts) > 1 and parts[0] in _ARTICLES else parts
    return "".join(
        say_number(int(part)).replace(" ", "") if part.isdecimal() and len(part) < 7 else part for part in kept
    )


def _line(intent: str, slots: object) -> str:
    return f"{intent} {json.dumps(slots, ensure_ascii=False)}" if slots else intent
