"""What main process and worker tell each other, each a frozen dataclass. Times are time.monotonic, the same for both.

main -> worker   Setup, SoundBlock, Ping, ParseText, TestHearing, Forget, Allow, Awake, OwnVoice, Quit
worker -> main   Loaded, Broken, Pong, Listened, SpeechBegan, SpeechEnded, Begun, Rested, Understood, Superseded,
                 Woken, Unaddressed, Parsed, Tested, Failed
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from cabin.control.binding import bind
from cabin.control.protocol import ProblemData
from cabin.control.wire import plain
from cabin.daemon.frames import FrameError, encode_frame
from cabin.messages import Hypothesis, Parse, Transcript

__all__ = [
    "FROM_WORKER",
    "TO_WORKER",
    "Allow",
    "Awake",
    "Begun",
    "Broken",
    "Failed",
    "Forget",
    "Letter",
    "Listened",
    "Loaded",
    "OwnVoice",
    "ParseText",
    "Parsed",
    "Ping",
    "Pong",
    "Quit",
    "Rested",
    "Setup",
    "SoundBlock",
    "SpeechBegan",
    "SpeechEnded",
    "Superseded",
    "TestHearing",
    "Tested",
    "Unaddressed",
    "Understood",
    "Woken",
    "finite",
    "pack",
    "unpack",
]


@dataclass(frozen=True)
class Letter:
    """What all of them are."""


@dataclass(frozen=True)
class Setup(Letter):
    """The first: the body holds a pickled cabin.daemon.hearing_setup.HearingSetup, made by the main process."""


@dataclass(frozen=True)
class SoundBlock(Letter):
    """The body holds float32 samples at 16 kHz."""

    number: int
    begun_s: float
    """When its first sample was recorded."""
    lost: int = 0
    """Samples lost just before it."""
    damaged: bool = False
    """Samples in it are not as they were recorded."""


@dataclass(frozen=True)
class Ping(Letter):
    """Answered at once, whatever the recognizer is at."""

    number: int


@dataclass(frozen=True)
class ParseText(Letter):
    """Parse a text."""

    request: int
    text: str


@dataclass(frozen=True)
class TestHearing(Letter):
    """Hear a recording through detector, endpointer, recognizer and parser, beside whatever is being listened to."""

    request: int
    file: str


@dataclass(frozen=True)
class Forget(Letter):
    """Drop the utterance under way and those that wait."""


@dataclass(frozen=True)
class Allow(Letter):
    """What the step of the ladder allows."""

    speculates: bool
    """Whether to begin recognizing at the first pause."""
    n_best: int | None = None
    """How many readings of an utterance are looked for and parsed at most; None: as many as are configured."""


@dataclass(frozen=True)
class Awake(Letter):
    """What is said from a time on is meant for the car, without the wake phrase (cabin.wake.gate); for 0 s: no more."""

    by: Literal["push_to_talk", "follow_up"]
    from_s: float
    seconds: float


@dataclass(frozen=True)
class OwnVoice(Letter):
    """Cabin's own voice begins or ends: it wakes nothing."""

    on: bool
    at_s: float


@dataclass(frozen=True)
class Quit(Letter):
    """End."""


@dataclass(frozen=True)
class Loaded(Letter):
    """Everything is in memory."""

    ms: float
    """What loading took."""


@dataclass(frozen=True)
class Broken(Letter):
    """It cannot be loaded; the worker ends."""

    kind: str
    """Name of the class in cabin.errors."""
    problems: tuple[ProblemData, ...] = ()


@dataclass(frozen=True)
class Pong(Letter):
    """The answer to Ping."""

    number: int


@dataclass(frozen=True)
class Listened(Letter):
    """Sound up to this block went through the voice detector."""

    number: int
    in_speech: bool


@dataclass(frozen=True)
class SpeechBegan(Letter):
    """Somebody speaks."""

    begun_s: float


@dataclass(frozen=True)
class SpeechEnded(Letter):
    """An utterance is whole and will be recognized; one too short to be speech has number 0 and ends here."""

    utterance: int
    begun_s: float
    """When speech began."""
    ended_s: float
    """When the endpointer decided that it had ended."""
    damaged: bool = False
    said_s: float | None = None
    """When the last sound of speech in it was recorded; null: nothing was said."""
    lost_s: float = 0.0
    """How much sound was lost within it."""


@dataclass(frozen=True)
class Begun(Letter):
    """The recognizer or the parser begins with something."""

    stage: str
    """recognize, parse or test."""
    utterance: int = 0
    """0: no utterance, but a text, a guess or a test."""


@dataclass(frozen=True)
class Rested(Letter):
    """The recognizer and the parser are at nothing."""


@dataclass(frozen=True)
class Understood(Letter):
    """What was said in an utterance."""

    utterance: int
    transcript: Transcript
    parse: Parse
    ms: Mapping[str, float] = field(default_factory=dict)
    """listen, recognize, parse; `guessed` when it was done before the utterance ended."""


@dataclass(frozen=True)
class Woken(Letter):
    """The wake phrase was said."""

    utterance: int
    likeness: float
    """How like the phrase the text sounded, 1: exactly."""
    alone: bool = False
    """Nothing followed it: the utterance ends here, and what comes next needs no phrase."""


@dataclass(frozen=True)
class Unaddressed(Letter):
    """An utterance was not meant for the car: the wake phrase was not in it. It ends here."""

    utterance: int


@dataclass(frozen=True)
class Superseded(Letter):
    """An utterance was dropped before it was begun: a newer one came."""

    utterance: int


@dataclass(frozen=True)
class Parsed(Letter):
    """The answer to ParseText."""

    request: int
    parse: Parse


@dataclass(frozen=True)
class Tested(Letter):
    """The answer to TestHearing."""

    request: int
    utterances: int
    transcript: Transcript
    parse: Parse
    ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed(Letter):
    """Something raised; the worker goes on. Of an utterance, or of a request."""

    what: str
    utterance: int = 0
    request: int = 0


TO_WORKER: Mapping[str, type[Letter]] = {
    kind.__name__: kind
    for kind in (Setup, SoundBlock, Ping, ParseText, TestHearing, Forget, Allow, Awake, OwnVoice, Quit)
}
FROM_WORKER: Mapping[str, type[Letter]] = {
    kind.__name__: kind
    for kind in (
        Loaded,
        Broken,
        Pong,
        Listened,
        SpeechBegan,
        SpeechEnded,
        Begun,
        Rested,
        Understood,
        Woken,
        Unaddressed,
        Superseded,
        Parsed,
        Tested,
        Failed,
    )
}

Kind = TypeVar("Kind", bound=Letter)


def pack(letter: Letter, body: bytes = b"") -> bytes:
    """Return a letter as bytes."""
    return encode_frame({"is": type(letter).__name__, **plain(letter)}, body)


def unpack(message: dict[str, Any], known: Mapping[str, type[Letter]]) -> Letter:
    """Return the letter of a message. Raises FrameError for anything else than one of `known`."""
    kind = known.get(str(message.pop("is", "")))
    if kind is None:
        raise FrameError("a message of an unknown kind")
    made = bind(kind, message, strict=True)
    if isinstance(made, list):
        raise FrameError(f"{kind.__name__}: {made[0]}")
    return made


def finite(transcript: Transcript) -> Transcript:
    """Return a transcript whose log-probabilities JSON can hold."""
    readings = tuple(
        each if math.isfinite(each.log_prob) else Hypothesis(each.text, -1e9) for each in transcript.hypotheses
    )
    return replace(transcript, hypotheses=readings)
