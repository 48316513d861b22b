"""The control protocol: every request, answer and event as a frozen dataclass. The one file to read to speak it.

    -> {"v": 1, "id": 7, "request": "say", "text": "open the driver window", "confirm": "ask"}
    <- {"v": 1, "id": 7, "ok": true, "result": {...}}
    <- {"v": 1, "id": 7, "ok": false, "error": {"code": "forbidden", "problems": [{"what": ...}]}}
    <- {"v": 1, "event": "done", "at_ms": 1765000000000.0, "data": {...}}

One line of UTF-8 is one message. The fields of a request's class stand beside "request".
docs/reference/control-socket.md is made from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from cabin.config.fields import Bounds
from cabin.control.settings import Right
from cabin.control.status import Status
from cabin.control.turns import TurnData
from cabin.control.vocabulary import ERRORS, EVENTS, ErrorCode
from cabin.vehicle.explanation import Explanation

__all__ = [
    "ERRORS",
    "EVENTS",
    "MAX_ID_CHARACTERS",
    "MAX_TEXT_CHARACTERS",
    "PROTOCOL",
    "REQUESTS",
    "RESULTS",
    "CancelRequest",
    "CancelResult",
    "Confirmation",
    "ErrorCode",
    "ErrorData",
    "EventMessage",
    "ExplainRequest",
    "ExplainResult",
    "HelloData",
    "MetricsRequest",
    "MetricsResult",
    "PrivacyRequest",
    "PrivacyResult",
    "ProblemData",
    "PurgeRequest",
    "PurgeResult",
    "RecordRequest",
    "ReloadRequest",
    "ReloadResult",
    "Request",
    "RequestId",
    "SayRequest",
    "Speaker",
    "StatusRequest",
    "StopRequest",
    "StopResult",
    "TalkRequest",
    "WatchRequest",
    "WatchResult",
]

PROTOCOL = 1
"""The version of the protocol, "v" in every message. Fields may be added to answers and events without a new one."""

MAX_TEXT_CHARACTERS = 400
"""Longest text of `say`: an utterance is never longer (cabin.slm.text)."""

MAX_ID_CHARACTERS = 64
"""Longest "id"."""

RequestId = int | str | None
"""Chosen by the client, given back with the answer; null when the client gave none."""

Confirmation = Literal["ask", "yes"]

Speaker = Literal["unknown", "driver", "passenger", "rear_left", "rear_right"]
"""Whose seat a text comes from, for policy."""


@dataclass(frozen=True)
class Request:
    """What every request is. `rights`: one of these is needed."""

    name: ClassVar[str]
    rights: ClassVar[tuple[Right, ...]]


@dataclass(frozen=True)
class StatusRequest(Request):
    """Ask how the daemon is."""

    name = "status"
    rights = ("watch",)


@dataclass(frozen=True)
class MetricsRequest(Request):
    """Ask for the status as OpenMetrics text."""

    name = "metrics"
    rights = ("watch",)


@dataclass(frozen=True)
class WatchRequest(Request):
    """Have events sent over this connection from now on. A second one replaces the first."""

    name = "watch"
    rights = ("watch",)
    events: tuple[str, ...] = ()
    """Names of the events wanted; empty: all."""


@dataclass(frozen=True)
class SayRequest(Request):
    """Have a text acted on as if it had been heard."""

    name = "say"
    rights = ("command",)
    text: str
    """1 to 400 characters."""
    confirm: Confirmation = "ask"
    """Where a yes is needed: "ask" asks back as if spoken, "yes" takes it as given."""
    speaker: Speaker = "unknown"
    """Whose seat it comes from: policy may hold some things for the driver."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("text: empty")
        if len(self.text) > MAX_TEXT_CHARACTERS:
            raise ValueError(f"text: {len(self.text):,} characters, at most {MAX_TEXT_CHARACTERS} are an utterance")
        if any("\ud800" <= letter <= "\udfff" for letter in self.text):
            raise ValueError("text: half a surrogate pair is no character")


@dataclass(frozen=True)
class TalkRequest(Request):
    """Push to talk: listen now, without a wake word. Answered when the utterance was acted on, or nothing was heard.

    A client that disconnects releases the button.
    """

    name = "talk"
    rights = ("talk",)
    seconds: Annotated[float, Bounds(0.5, 30)] = 8.0
    """How long to wait for speech."""


@dataclass(frozen=True)
class CancelRequest(Request):
    """Drop what is being listened to, asked or waiting, and silence a reply. A write to the car goes on."""

    name = "cancel"
    rights = ("talk", "command")


@dataclass(frozen=True)
class ExplainRequest(Request):
    """Ask why the latest commands were allowed, asked about or refused: rule by rule, with what was seen then."""

    name = "explain"
    rights = ("watch",)
    count: Annotated[int, Bounds(1, 16)] = 1
    """How many judgements, the latest first."""


@dataclass(frozen=True)
class ReloadRequest(Request):
    """Read the configuration anew. A wrong one is told and changes nothing."""

    name = "reload"
    rights = ("admin",)


@dataclass(frozen=True)
class RecordRequest(Request):
    """Switch the recording of utterances on or off. Everybody who watches is told, and a tone is heard."""

    name = "record"
    rights = ("admin",)
    on: bool = False
    """Left out: off."""
    seconds: Annotated[float | None, Bounds(1, 604_800)] = None
    """How long; null: as long as `privacy.longest_min` allows."""


@dataclass(frozen=True)
class PrivacyRequest(Request):
    """Ask what of the driver is kept, and where."""

    name = "privacy"
    rights = ("watch",)


@dataclass(frozen=True)
class PurgeRequest(Request):
    """Remove all recordings."""

    name = "purge"
    rights = ("admin",)


@dataclass(frozen=True)
class StopRequest(Request):
    """End the daemon, cleanly."""

    name = "stop"
    rights = ("admin",)


@dataclass(frozen=True)
class MetricsResult:
    """The answer to `metrics`."""

    content_type: str
    text: str


@dataclass(frozen=True)
class WatchResult:
    """The answer to `watch`; events follow."""

    transcripts: bool
    """Whether what was said is in them: the peer has the right `transcripts`."""


@dataclass(frozen=True)
class CancelResult:
    """The answer to `cancel`."""

    cancelled: int
    """How many things were dropped; 0: there was nothing."""


@dataclass(frozen=True)
class ExplainResult:
    """The answer to `explain`. Without the right `transcripts`, slots and sentences are left out."""

    explanations: tuple[Explanation, ...]


@dataclass(frozen=True)
class ReloadResult:
    """The answer to `reload`."""

    reloaded: tuple[str, ...]
    """What was loaded anew."""


@dataclass(frozen=True)
class PrivacyResult:
    """The answer to `privacy` and `record`: what of the driver is kept."""

    recording: bool
    """Utterances are written to disk now."""
    until_ms: float | None
    """When that ends by itself, milliseconds since 1970; null: it is off, or is always on."""
    mode: str
    """`privacy.recording`: never, switch or always."""
    folder: str
    """Where recordings are."""
    utterances: int
    """How many there are."""
    size_bytes: int
    """What they take."""
    oldest_ms: float | None
    """When the oldest was said; null: there is none."""
    keep_days: float
    """After which they are removed."""
    keep_mb: float
    """Above which the oldest are removed."""
    transcripts_logged: bool
    """What was said is written to the log."""


@dataclass(frozen=True)
class PurgeResult:
    """The answer to `purge`: what was removed."""

    utterances: int
    size_bytes: int


@dataclass(frozen=True)
class StopResult:
    """The answer to `stop`: the daemon is going, and closes the connection when it is gone."""


@dataclass(frozen=True)
class ProblemData:
    """One thing that is wrong (cabin.errors.Problem)."""

    what: str
    where: str = ""
    seen: str = ""
    expected: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ErrorData:
    """Why a request was not done."""

    code: ErrorCode
    problems: tuple[ProblemData, ...] = ()
    retry_after_ms: float | None = None


@dataclass(frozen=True)
class EventMessage:
    """Something that happened."""

    event: str
    at_ms: float
    """Milliseconds since 1970 by the daemon's clock, which may be set."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HelloData:
    """The data of the event `hello`, the first line of every connection that is let in."""

    version: str
    """Of cabin."""
    protocols: tuple[int, ...]
    """Versions of the protocol that are spoken."""
    rights: tuple[str, ...]
    """What this peer may do."""
    max_line_bytes: int
    """The longest request."""


REQUESTS: Mapping[str, type[Request]] = {
    kind.name: kind
    for kind in (
        StatusRequest,
        MetricsRequest,
        WatchRequest,
        SayRequest,
        TalkRequest,
        CancelRequest,
        ExplainRequest,
        ReloadRequest,
        RecordRequest,
        PrivacyRequest,
        PurgeRequest,
        StopRequest,
    )
}
"""Name -> class."""

RESULTS: Mapping[str, type[Any]] = {
    "status": Status,
    "metrics": MetricsResult,
    "watch": WatchResult,
    "say": TurnData,
    "talk": TurnData,
    "cancel": CancelResult,
    "explain": ExplainResult,
    "reload": ReloadResult,
    "record": PrivacyResult,
    "privacy": PrivacyResult,
    "purge": PurgeResult,
    "stop": StopResult,
}
"""Name of a request -> the class of its result."""
