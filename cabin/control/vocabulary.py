"""The fixed words of the control protocol: error codes, and the events that are always there, each with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["ERRORS", "EVENTS", "ErrorCode"]

ErrorCode = Literal[
    "bad-json",
    "bad-request",
    "unknown-request",
    "wrong-version",
    "too-long",
    "too-slow",
    "rate-limited",
    "too-many-clients",
    "busy",
    "forbidden",
    "wrong-configuration",
    "failed",
    "timeout",
    "stopping",
    "internal",
]

ERRORS: Mapping[ErrorCode, str] = {
    "bad-json": "The line is no JSON object in UTF-8.",
    "bad-request": "A field is missing, unknown, of the wrong type or out of bounds; every mistake is told.",
    "unknown-request": "There is no such request.",
    "wrong-version": 'The field "v" is missing or names a version that the daemon does not speak.',
    "too-long": "The line is longer than `control.max_line_bytes`. The connection is closed.",
    "too-slow": "A line was begun and not ended in time, or nothing was asked for long. The connection is closed.",
    "rate-limited": "Too many requests; try again after `retry_after_ms`. Until then nothing more is read.",
    "too-many-clients": "All connections, or all of this user, are taken. The connection is closed.",
    "busy": "Too much waits for an answer already.",
    "forbidden": "The peer's user and groups do not have the right. With no right at all the connection is closed.",
    "wrong-configuration": "The configuration cannot be used; what held before holds on.",
    "failed": "The daemon could not do it; the problems say why.",
    "timeout": "The daemon did not answer in time. What was not begun is dropped.",
    "stopping": "The daemon is going.",
    "internal": "A fault of the daemon; its log tells more.",
}

EVENTS: Mapping[str, str] = {
    "hello": "The connection is open; see HelloData.",
    "stopping": "The daemon is going; nothing more is done.",
    "woken": "The wake phrase was heard; `alone`: nothing followed it yet.",
    "heard": "An utterance was recognized, or a text came.",
    "understood": "It was parsed: commands, or a refusal.",
    "asked": "The driver is asked something: a confirmation, a missing value, which one.",
    "done": "A command came to its end; `status` says which (refusals.md).",
    "refused": "An utterance was refused: there is nothing to do, or nothing that may be done.",
    "dropped": "Something was dropped: too late, cancelled, or too much at once.",
    "expired": "A question was not answered in time, or what was said before refers to nothing more.",
    "reply": "The driver is told something; `kind`: answer, fault, step or notice.",
    "notice": "A monitor of car or driver speaks up unasked; `level`: hint, advice, warning or alarm.",
    "speaking": "A reply begins to be heard; `by`: speech or earcon.",
    "spoken": "It was heard to its end.",
    "interrupted": "It was cut short, or not heard at all; `why` and `heard_s` say how.",
    "listening": "Somebody pushed to talk.",
    "recording": "Utterances are written to disk from here on (`on`), or no more; `why` says how it came.",
    "purged": "All recordings were removed.",
    "model-fallback": "The intent model failed its test; an earlier version is used.",
    "degraded": "The degradation step changed, up or down.",
    "fault": "Something broke and was survived.",
    "client-dropped": "A client was dropped: too slow to read, or it broke a limit.",
    "client-refused": "A client was not let in.",
    "events-lost": "More happened than could be told; so many events are missing here.",
}
"""Events that are always there; a daemon may send others, with the same envelope."""
