from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabin.control.protocol import (
    REQUESTS,
    EventMessage,
    SayRequest,
    StatusRequest,
    TalkRequest,
    WatchRequest,
)
from cabin.control.wire import (
    WireError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_error,
    encode_event,
    encode_request,
    error_data,
    id_of,
    plain,
)
from cabin.errors import CabinError, Problem

steady = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
NAMES = [*REQUESTS, "v", "id", "request", "text", "confirm", "seconds", "events"]


@pytest.mark.parametrize(
    "request_",
    [StatusRequest(), SayRequest("öffne das Fenster 🚗", "yes"), TalkRequest(3), WatchRequest(("done", "fault"))],
)
@pytest.mark.parametrize("request_id", [None, 0, -5, 2**53, "a-b"])
def test_requests_come_out_as_they_went_in(request_, request_id):
    assert decode_request(encode_request(request_, request_id)) == (request_id, request_)


@steady
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data):
    for decode in (decode_request, decode_answer):
        try:
            decode(data)
        except WireError as error:
            encode_error(error.request_id, error_data(error.code, error.problems))
    id_of(data)


@steady
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), JSON | st.sampled_from([1, *REQUESTS]), max_size=6))
def test_no_object_raises_anything_else(message):
    data = json.dumps({"v": 1, **message}).encode()
    for decode in (decode_request, decode_answer):
        try:
            decode(data)
        except WireError as error:
            json.loads(encode_error(error.request_id, error_data(error.code, error.problems)))


def code(text):
    with pytest.raises(WireError) as caught:
        decode_request(text if isinstance(text, bytes) else text.encode())
    return caught.value.code, " ".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("line", "expected", "told"),
    [
        (b"\xff\xfe", "bad-json", "0xff"),
        ("", "bad-json", "not JSON"),
        ("[" * 5000, "bad-json", ""),
        ('{"a":' * 3000 + "1" + "}" * 3000, "bad-json", "deep"),
        ("[1]", "bad-json", "object"),
        ('{"v": NaN}', "bad-json", "NaN"),
        ('{"v": 1, "v": 1}', "bad-json", "twice"),
        ('{"v": ' + "9" * 5000 + "}", "bad-json", ""),
        ('{"request": "status"}', "wrong-version", "nothing"),
        ('{"v": 2, "request": "status"}', "wrong-version", "2"),
        ('{"v": true, "request": "status"}', "wrong-version", "true"),
        ('{"v": [[[[1]]]], "request": "status"}', "wrong-version", "list"),
        ('{"v": 1}', "bad-request", "request"),
        ('{"v": 1, "request": 5}', "bad-request", "status"),
        ('{"v": 1, "request": "statsu"}', "unknown-request", "'status'"),
        ('{"v": 1, "request": "status", "id": {}}', "bad-request", "id"),
        ('{"v": 1, "request": "status", "id": true}', "bad-request", "id"),
        ('{"v": 1, "request": "status", "id": 1e3}', "bad-request", "id"),
        ('{"v": 1, "request": "status", "id": "' + "x" * 65 + '"}', "bad-request", "64"),
        ('{"v": 1, "request": "status", "id": 99999999999999999}', "bad-request", "2^53"),
        ('{"v": 1, "request": "status", "text": ""}', "bad-request", "unknown field 'text'"),
        ('{"v": 1, "request": "say"}', "bad-request", "'text' is missing"),
        ('{"v": 1, "request": "say", "text": " "}', "bad-request", "empty"),
        ('{"v": 1, "request": "say", "text": "\\ud800"}', "bad-request", "surrogate"),
        ('{"v": 1, "request": "say", "text": "' + "x" * 401 + '"}', "bad-request", "401"),
        ('{"v": 1, "request": "say", "text": 5, "confirm": "no"}', "bad-request", "ask, yes"),
        ('{"v": 1, "request": "talk", "seconds": 0}', "bad-request", "0.5 to 30"),
        ('{"v": 1, "request": "talk", "seconds": 1e999}', "bad-request", "number"),
        ('{"v": 1, "request": "talk", "seconds": ' + "9" * 400 + "}", "bad-request", "number"),
        ('{"v": 1, "request": "watch", "events": "done"}', "bad-request", "list"),
        ('{"v": 1, "request": "watch", "events": [1, 2]}', "bad-request", "events[1]"),
    ],
)
def test_what_is_wrong_is_told(line, expected, told):
    seen, problems = code(line)
    assert seen == expected
    assert told in problems
    assert len(problems) < 2000


def test_all_mistakes_at_once_with_the_id():
    with pytest.raises(WireError) as caught:
        decode_request(b'{"v": 1, "id": 7, "request": "say", "confirm": "no", "txet": "hi"}')
    assert caught.value.request_id == 7
    assert [problem.what for problem in caught.value.problems] == [
        "unknown field 'txet'",
        "field 'text' is missing",
        "wrong value",
    ]


def test_answers_come_out_as_they_went_in():
    answer = decode_answer(encode_answer(3, {"a": 1}))
    assert (answer.request_id, answer.result, answer.error) == (3, {"a": 1}, None)
    problem = Problem("what", "where", "seen", "expected", "hint")
    answer = decode_answer(encode_error("x", error_data("failed", CabinError(problem), 5.0)))
    assert (answer.request_id, answer.result, answer.error.code) == ("x", None, "failed")
    assert (answer.error.problems[0].hint, answer.error.retry_after_ms) == ("hint", 5.0)
    event = EventMessage("done", 5.0, {"x": [1, "\u2028"]})
    assert decode_answer(encode_event(event)) == event


def test_what_a_newer_daemon_adds_is_left_out():
    line = b'{"v": 1, "id": 1, "ok": false, "error": {"code": "new-code", "more": 1}, "extra": 2}'
    assert decode_answer(line).error.code == "new-code"
    assert decode_answer(b'{"v": 1, "event": "done", "at_ms": 1, "new": 3}') == EventMessage("done", 1.0)
    with pytest.raises(WireError):
        decode_answer(b'{"v": 1, "id": 1}')


def test_what_json_cannot_hold():
    told = plain({"a": float("nan"), "b": {3, 1}, 5: (1,), "c": ValueError("x"), "d": problem()})
    assert told == {"a": None, "b": [1, 3], "5": [1], "c": "x", "d": told["d"]}
    assert told["d"]["what"] == "it"
    assert encode_answer(None, {"text": "\ud800"}).endswith(b'{"text":"?"}}\n')


def problem():
    return Problem("it")


def test_the_id_of_a_line_nobody_looks_at():
    assert id_of(b'{"id": 5, "x": 1}') == 5
    assert id_of(b'{"id": [5]}') is None
    assert id_of(b"x") is None
