"""docs/reference/control-socket.md: the control protocol, with its JSON schema made from the dataclasses."""

from __future__ import annotations

import dataclasses
import inspect
import json
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from cabin.config.fields import MISSING, FieldInfo, fields_of, section_doc, type_name, unwrap
from cabin.config.schema import DIALECT
from cabin.control.protocol import (
    ERRORS,
    EVENTS,
    MAX_ID_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    PROTOCOL,
    REQUESTS,
    RESULTS,
    ErrorData,
    EventMessage,
    HelloData,
    Request,
)
from cabin.control.settings import ControlConfig

__all__ = ["control_page", "message_schema"]

INTRODUCTION = """\
The daemon is spoken to over a Unix socket: `/run/cabin/control.sock` as a service, else
`$XDG_RUNTIME_DIR/cabin/control.sock` or where `control.socket` of cabin.yaml says. One line of JSON in UTF-8 is one
message, in both directions. `cabin status`, `cabin watch`, `cabin talk`, `cabin say --live`, `cabin explain --last`,
`cabin cancel`, `cabin reload` and `cabin stop` speak it; Python programs use `cabin.control.client.CabinClient`; a
shell does with `socat`:

```text
$ echo '{"v": 1, "id": 1, "request": "cancel"}' | socat -t 30 - UNIX:/run/cabin/control.sock
{"v":1,"event":"hello","at_ms":1765000000000.0,"data":{"version":"0.1.0","protocols":[1],"rights":["command"],...}}
{"v":1,"id":1,"ok":true,"result":{"cancelled":0}}
```

- The first line that comes is the event `hello`, or an error and the end of the connection.
- Answers carry the request's `id` (any whole number or text; null without one) and come as they are ready, in any
  order.
- Who closes the writing half still gets the answers. Who disconnects takes along what was asked and not begun; only
  `reload` and `stop` are carried through.
- Fields may be added to answers and events, and events may be added, without a new version. In requests an unknown
  field is an error. `v` changes when something is taken away or changes its meaning.
"""

RIGHTS = """\
Who is at the other end the kernel tells (SO_PEERCRED, SO_PEERGROUPS). Section `control` of cabin.yaml lists who has
which right; each right stands for itself. The daemon's own user and root have `watch`, `talk`, `command` and `admin`
without being listed, all others nothing. What was said and answered is only for peers with the right `transcripts`,
which nobody has without being listed: without it, events lack the fields that hold words, and `talk` is answered
without text, slots, replies, changes and readings. As long as nobody else is listed, the socket's file keeps other
users out too. `hello` and errors are for everybody who is let in.
"""

LIMITS = """\
| limit | key of `control` | what happens |
|---|---|---|
| a request is at most 16,384 bytes long | `max_line_bytes` | `too-long`, closed |
| a line is ended within 10 s | `line_timeout_s` | `too-slow`, closed |
| a user makes 50 requests and connections a second, 100 at once | `requests_per_s`, `burst` | `rate-limited` |
| 32 connections, 16 of one user | `max_clients`, `max_clients_of_user` | `too-many-clients`, closed |
| 128 KiB wait to be read | `max_output_bytes` | the client is dropped, event `client-dropped` |
| nothing asked, watched or awaited for 300 s | `idle_timeout_s` | `too-slow`, closed |
| 8 requests of a connection wait for answers | | `busy` |
| 10 lines that are no requests | | closed |
"""


def control_page(note: str) -> str:
    """Return the page."""
    parts = ["# The control socket\n", note, INTRODUCTION, f"## Rights\n\n{RIGHTS}", f"## Limits\n\n{LIMITS}"]
    _check_limits()
    parts.append("## Requests\n\n| request | right | does |\n|---|---|---|")
    parts[-1] += "".join(
        f"\n| `{name}` | {' or '.join(f'`{right}`' for right in kind.rights)} | {section_doc(kind)} |"
        for name, kind in REQUESTS.items()
    )
    for name, kind in REQUESTS.items():
        if dataclasses.fields(kind):
            parts.append(f"\n### {name}\n\n{_table(kind)}")
    parts.append("\n## Results\n")
    told: dict[type[Any], list[str]] = {}
    for name, kind in RESULTS.items():
        told.setdefault(kind, []).append(f"`{name}`")
    for kind in list(told):
        _add_inner(kind, told)
    for kind, names in told.items():
        heading = f"### {kind.__name__}" + (f" ({', '.join(names)})" if names else "")
        parts.append(f"{heading}\n\n{inspect.getdoc(kind)}\n\n{_table(kind)}")
    parts.append('## Events\n\n`{"v": 1, "event": NAME, "at_ms": milliseconds since 1970, "data": {...}}`\n')
    parts.append("| event | |\n|---|---|\n" + "".join(f"| `{name}` | {text} |\n" for name, text in EVENTS.items()))
    parts.append(f"### HelloData\n\n{_table(HelloData)}")
    parts.append('## Errors\n\n`{"v": 1, "id": ..., "ok": false, "error": ErrorData}`\n')
    parts.append("| code | |\n|---|---|\n" + "".join(f"| `{code}` | {text} |\n" for code, text in ERRORS.items()))
    parts.append(f"### ErrorData\n\n{_table(ErrorData)}")
    parts.append(f"## JSON schema\n\nOf every message, in both directions.\n\n```json\n{_schema_text()}\n```\n")
    return "\n".join(parts)


def message_schema() -> dict[str, Any]:
    """Return the JSON schema of every message; its $defs hold each alone: request_say, answer_say, event, error."""
    defs: dict[str, Any] = {}
    for name, kind in REQUESTS.items():
        defs[f"request_{name}"] = _request(kind, defs)
    for name, result in RESULTS.items():
        ok = {"ok": {"const": True}, "result": _reference(result, defs, is_open=True)}
        defs[f"answer_{name}"] = _object({"v": {"const": PROTOCOL}, "id": _ID, **ok}, is_open=True)
    failed = {"ok": {"const": False}, "error": _reference(ErrorData, defs, is_open=True)}
    defs["error"] = _object({"v": {"const": PROTOCOL}, "id": _ID, **failed}, is_open=True)
    _reference(EventMessage, defs, is_open=True)
    event = dict(defs.pop("EventMessage"))
    event["properties"] = {"v": {"const": PROTOCOL}, **event["properties"]}
    event["required"] = ["v", "event", "at_ms", "data"]
    defs["event"] = event
    _reference(HelloData, defs, is_open=True)
    messages = [name for name in defs if name.startswith(("request_", "answer_")) or name in ("event", "error")]
    return {
        "$schema": DIALECT,
        "title": "cabin control protocol",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in messages],
        "$defs": dict(sorted(defs.items())),
    }


def _schema_text() -> str:
    """Return the schema with one line for each of its parts."""
    schema = message_schema()
    defs = schema.pop("$defs")
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in schema.items())
    body = ",\n".join(f"    {json.dumps(name)}: {json.dumps(part)}" for name, part in defs.items())
    return f'{{\n{head}  "$defs": {{\n{body}\n  }}\n}}'


_ID = {
    "anyOf": [
        {"type": "integer", "minimum": -(2**53), "maximum": 2**53},
        {"type": "string", "maxLength": MAX_ID_CHARACTERS},
        {"type": "null"},
    ]
}


def _request(kind: type[Request], defs: dict[str, Any]) -> dict[str, Any]:
    own = {info.name: _described(info, defs, is_open=False) for info in fields_of(kind)}
    if "text" in own:
        own["text"] |= {"minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}
    head = {"v": {"const": PROTOCOL}, "id": _ID, "request": {"const": kind.name}}
    schema = _object({**head, **own}, is_open=False)
    required = [info.name for info in fields_of(kind) if info.default is MISSING]
    return {"description": section_doc(kind), **schema, "required": ["v", "request", *required]}


def _object(properties: dict[str, Any], *, is_open: bool) -> dict[str, Any]:
    closed = {} if is_open else {"additionalProperties": False}
    return {"type": "object", "properties": properties, "required": list(properties), **closed}


def _reference(kind: type[Any], defs: dict[str, Any], *, is_open: bool) -> dict[str, Any]:
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}  # stands while its own fields are looked at
        properties = {info.name: _described(info, defs, is_open=is_open) for info in fields_of(kind)}
        defs[kind.__name__] = {"description": section_doc(kind), **_object(properties, is_open=is_open)}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _described(info: FieldInfo, defs: dict[str, Any], *, is_open: bool) -> dict[str, Any]:
    schema = _type(info.type, defs, is_open=is_open)
    if info.bounds is not None:
        schema |= {"minimum": info.bounds.minimum, "maximum": info.bounds.maximum}
    return schema | ({"description": info.doc} if info.doc and "$ref" not in schema else {})


def _type(hint: Any, defs: dict[str, Any], *, is_open: bool) -> dict[str, Any]:
    kind = unwrap(hint)[0]
    origin, arguments = get_origin(kind), get_args(kind)
    simple = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    if kind is Any:
        return {}
    if kind in simple:
        return {"type": simple[kind]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_type(each, defs, is_open=is_open) for each in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0], defs, is_open=is_open)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(arguments[1], defs, is_open=is_open)}
    return _reference(kind, defs, is_open=is_open)


def _table(kind: type[Any]) -> str:
    if not dataclasses.fields(kind):
        return "No fields.\n"
    rows = ["| field | type | default | |\n|---|---|---|---|\n"]
    for info in fields_of(kind):
        name = f"{_name(info.type)}, {info.bounds}" if info.bounds else _name(info.type)
        default = "" if info.default is MISSING or _is_built(info.default) else f"`{json.dumps(info.default)}`"
        rows.append(f"| `{info.name}` | {name} | {default} | {info.doc} |\n".replace(" |  | ", " | | "))
    return "".join(rows)


def _is_built(value: Any) -> bool:
    return dataclasses.is_dataclass(value) or isinstance(value, Mapping | tuple)


def _name(hint: Any) -> str:
    kind = unwrap(hint)[0]
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return kind.__name__
    if origin is tuple:
        return f"list of {_name(arguments[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join("null" if each is type(None) else _name(each) for each in arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"object of {_name(arguments[1])}"
    return type_name(kind).replace("|", "or")


def _add_inner(kind: type[Any], told: dict[type[Any], list[str]]) -> None:
    """Add the dataclasses that a dataclass's fields hold."""
    for hint in get_type_hints(kind).values():
        for each in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(each) and isinstance(each, type) and each not in told:
                told[each] = []
                _add_inner(each, told)


def _check_limits() -> None:
    """Look that the numbers written out above are those of the code."""
    config = ControlConfig()
    written = (16_384, 10.0, 50.0, 100, 32, 16, 131_072, 300.0)
    assert written == (
        config.max_line_bytes,
        config.line_timeout_s,
        config.requests_per_s,
        config.burst,
        config.max_clients,
        config.max_clients_of_user,
        config.max_output_bytes,
        config.idle_timeout_s,
    ), "the table of limits is out of date"
