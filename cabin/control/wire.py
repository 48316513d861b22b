"""One line of JSON from and into the dataclasses of the protocol. No bytes raise anything but WireError."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from cabin.control.binding import bind, short
from cabin.control.protocol import (
    MAX_ID_CHARACTERS,
    PROTOCOL,
    REQUESTS,
    ErrorCode,
    ErrorData,
    EventMessage,
    ProblemData,
    Request,
    RequestId,
)
from cabin.errors import CabinError, Problem, nearest

__all__ = [
    "Answer",
    "WireError",
    "decode_answer",
    "decode_request",
    "encode_answer",
    "encode_error",
    "encode_event",
    "encode_request",
    "error_data",
    "id_of",
    "plain",
]

MAX_ID = 2**53
"""Larger whole numbers are not exact in every JSON reader."""


class WireError(Exception):
    """A line that is no message. Leaves this package as an answer, never as an exception."""

    def __init__(
        self, code: ErrorCode, problems: Problem | Iterable[Problem] = (), request_id: RequestId = None
    ) -> None:
        self.code: ErrorCode = code
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.request_id = request_id
        super().__init__(code)


@dataclass(frozen=True)
class Answer:
    """An answer as the client reads it."""

    request_id: RequestId
    result: Mapping[str, Any] | None
    error: ErrorData | None


def decode_request(line: bytes) -> tuple[RequestId, Request]:
    """Return the id and the request of a line. Raises WireError, with the id when one could be read."""
    message = _load(line)
    request_id = _take_id(message)
    try:
        version = message.pop("v", None)
        if type(version) is not int or version != PROTOCOL:
            seen = "nothing" if version is None else short(version)
            raise WireError("wrong-version", Problem("version not spoken", "v", seen, str(PROTOCOL)))
        name = message.pop("request", None)
        if not isinstance(name, str):
            hint = f"Known: {', '.join(REQUESTS)}."
            raise WireError("bad-request", Problem("field 'request' must name a request", hint=hint))
        kind = REQUESTS.get(name)
        if kind is None:
            hint = nearest(name[:40], REQUESTS) or f"Known: {', '.join(REQUESTS)}."
            raise WireError("unknown-request", Problem(f"no request {name[:40]!r}", hint=hint))
        bound = bind(kind, message, strict=True)
        if isinstance(bound, list):
            raise WireError("bad-request", bound[:20])
    except WireError as error:
        error.request_id = request_id
        raise
    return request_id, bound


def id_of(line: bytes) -> RequestId:
    """Return the id of a line that is not looked at any further; None when none can be read."""
    try:
        return _take_id(_load(line))
    except WireError:
        return None


def decode_answer(line: bytes) -> Answer | EventMessage:
    """Return what a daemon sent. Raises WireError; fields that this version does not know are left out."""
    message = _load(line)
    if "event" in message:
        event = bind(EventMessage, message, strict=False)
        if isinstance(event, list):
            raise WireError("bad-json", event)
        return event
    request_id = _take_id(message)
    if message.get("ok") is True and isinstance(message.get("result"), dict):
        return Answer(request_id, message["result"], None)
    error = bind(ErrorData, message.get("error"), strict=False)
    if isinstance(error, list):
        # a code that this version does not know is told as it came
        told = message.get("error")
        code = told.get("code") if isinstance(told, dict) else None
        if not isinstance(code, str):
            raise WireError("bad-json", error)
        error = ErrorData(cast("ErrorCode", code))
    return Answer(request_id, None, error)


def encode_request(request: Request, request_id: RequestId = None) -> bytes:
    """Return a request as one line."""
    return _line({"v": PROTOCOL, "id": request_id, "request": request.name, **plain(request)})


def encode_answer(request_id: RequestId, result: Any) -> bytes:
    """Return a result as one line."""
    return _line({"v": PROTOCOL, "id": request_id, "ok": True, "result": plain(result)})


def encode_error(request_id: RequestId, error: ErrorData) -> bytes:
    """Return an error as one line."""
    return _line({"v": PROTOCOL, "id": request_id, "ok": False, "error": plain(error)})


def encode_event(event: EventMessage) -> bytes:
    """Return an event as one line."""
    return _line({"v": PROTOCOL, **plain(event)})


def error_data(
    code: ErrorCode, problems: CabinError | Problem | Iterable[Problem] = (), retry_after_ms: float | None = None
) -> ErrorData:
    """Return what is told of an error."""
    told: Iterable[Problem]
    if isinstance(problems, CabinError):
        told = problems.problems
    else:
        told = (problems,) if isinstance(problems, Problem) else problems
    return ErrorData(code, tuple(ProblemData(**dataclasses.asdict(each)) for each in told), retry_after_ms)


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: dataclasses as objects, NaN and infinity as null, what is unknown as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, set | frozenset):
        return [plain(entry) for entry in sorted(value, key=str)]
    return str(value)


def _line(message: Mapping[str, Any]) -> bytes:
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def _load(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise WireError("bad-json", Problem("not UTF-8", seen=f"byte 0x{line[error.start]:02x}")) from None
    except RecursionError:
        raise WireError("bad-json", Problem("nested too deep")) from None
    except ValueError as error:
        raise WireError("bad-json", Problem(f"not JSON: {str(error)[:120]}")) from None
    if not isinstance(message, dict):
        raise WireError("bad-json", Problem("not a JSON object", expected='{"v": 1, "request": "status"}'))
    return message


def _take_id(message: dict[str, Any]) -> RequestId:
    """Take "id" out of a message. Raises WireError when it is none."""
    value = message.pop("id", None)
    if value is None or (type(value) is int and abs(value) <= MAX_ID):
        return cast("RequestId", value)
    if isinstance(value, str) and len(value) <= MAX_ID_CHARACTERS:
        return value
    expected = f"a whole number up to 2^53, or text of at most {MAX_ID_CHARACTERS} characters"
    raise WireError("bad-request", Problem("no id", "id", expected=expected))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made
