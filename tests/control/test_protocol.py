"""Every request, answer and event as it really crosses the wire is what the schema says."""

from __future__ import annotations

import json
from typing import get_args

import jsonschema
import pytest

from cabin.control.protocol import (
    ERRORS,
    EVENTS,
    MAX_TEXT_CHARACTERS,
    REQUESTS,
    RESULTS,
    ErrorCode,
    EventMessage,
    SayRequest,
    TalkRequest,
    WatchRequest,
)
from cabin.control.settings import RIGHTS, Right
from cabin.control.wire import decode_request, encode_error, encode_event, encode_request, error_data
from cabin.slm.text import MAX_CHARACTERS
from scripts.control_page import message_schema

SCHEMA = message_schema()


def check(message, part):
    schema = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{part}"}]}
    jsonschema.Draft202012Validator(schema).validate(message)


@pytest.mark.parametrize("kind", REQUESTS.values())
def test_requests(kind):
    made = kind("hello") if kind is SayRequest else kind()
    check(json.loads(encode_request(made, 5)), f"request_{kind.name}")
    assert decode_request(encode_request(made, 5)) == (5, made)


def test_what_the_schema_refuses_is_refused():
    for message in ({"text": ""}, {"text": "x" * 401}, {"text": "x", "confirm": "no"}, {"text": "x", "more": 1}, {}):
        with pytest.raises(jsonschema.ValidationError):
            check({"v": 1, "request": "say", **message}, "request_say")
    for message in (encode_request(TalkRequest(31)), encode_request(WatchRequest((5,)))):
        with pytest.raises(jsonschema.ValidationError):
            check(json.loads(message), f"request_{json.loads(message)['request']}")


def test_answers_of_a_real_daemon(chain_daemon):
    client = chain_daemon().connect()
    for name in ("status", "metrics", "watch", "cancel", "reload"):
        check(client.answer({"id": name, "request": name}), f"answer_{name}")
    for text in ("open the window", "unlock the door", "how far can i go", "hello"):
        check(client.answer({"request": "say", "text": text}), "answer_say")
    told = client.answer({"request": "explain", "count": 2})
    check(told, "answer_explain")
    assert [each["intent"] for each in told["result"]["explanations"]] == ["range.get", "door.unlock"]


def test_events_and_errors():
    check(json.loads(encode_event(EventMessage("done", 5.0, {"x": 1}))), "event")
    for code in ERRORS:
        check(json.loads(encode_error("x", error_data(code, retry_after_ms=5.0))), "error")


def test_the_tables_are_whole():
    assert ERRORS.keys() == set(get_args(ErrorCode))
    assert RESULTS.keys() == REQUESTS.keys()
    assert set(RIGHTS) == set(get_args(Right))
    assert all(set(kind.rights) <= set(RIGHTS) and kind.rights for kind in REQUESTS.values())
    assert {"heard", "understood", "asked", "done", "refused", "dropped", "degraded", "fault"} <= EVENTS.keys()
    assert MAX_TEXT_CHARACTERS == MAX_CHARACTERS


@pytest.mark.parametrize("text", ["", "  ", "x" * 401, "\ud800"])
def test_what_is_no_text(text):
    with pytest.raises(ValueError, match="text"):
        SayRequest(text)
