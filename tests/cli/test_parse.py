from __future__ import annotations

import json

KEYS = ["text", "commands", "refused", "ms"]


def test_one_text(cabin):
    code, (parse,), _ = cabin("parse", "--json", "open", "the passenger window")
    assert (code, list(parse)) == (0, KEYS)
    command = {"intent": "window.open", "slots": {"position": "passenger"}, "confidence": 1.0, "zone": "act"}
    assert parse["commands"] == [command]
    assert parse["refused"] is None
    assert parse["ms"]["total"] >= 0
    assert "window.open position=passenger" in cabin("parse", "open the passenger window")[1]
    assert cabin("parse", "dance")[1] == "refused: unclear\n"


def test_every_line_of_standard_input_gives_its_line_in_order(cabin):
    lines = [
        b"open the trunk",
        b"",
        b"   ",
        b"make it warmer\r",
        b"\xff\xfe open",
        "🚗".encode(),
        b"x" * 10_000,
        b"unlock the door",
    ]
    code, parses, err = cabin("parse", "--json", stdin=b"\n".join(lines))
    assert (code, len(parses)) == (0, len(lines))
    assert [parse["commands"][0]["intent"] if parse["commands"] else parse["refused"] for parse in parses] == [
        "trunk.open",
        "unclear",
        "unclear",
        "temperature.up",
        "unclear",
        "unclear",
        "unclear",
        "door.unlock",
    ]
    assert parses[3]["text"] == "make it warmer"
    assert all(list(parse) == KEYS for parse in parses)
    assert "Traceback" not in err


def test_no_input_no_output(cabin):
    assert cabin("parse", "--json", stdin=b"")[:2] == (0, [])


def test_a_line_of_megabytes_is_one_line(cabin):
    code, parses, _ = cabin("parse", "--json", stdin=b"open " * 600_000 + b"\nopen the trunk\n")
    assert (code, [parse["refused"] for parse in parses]) == (0, ["unclear", None])


def test_a_byte_order_mark_is_no_word(cabin):
    _, (parse,), _ = cabin("parse", "--json", stdin=b"\xef\xbb\xbfopen the trunk\n")
    assert parse["commands"][0]["intent"] == "trunk.open"


def test_nothing_but_json_on_standard_output(cabin):
    _, parses, _ = cabin("parse", "--json", stdin=b"open the trunk\n\xc3\n")
    assert json.loads(json.dumps(parses)) == parses


def test_wrong_use(cabin):
    assert cabin("parse", "")[0] == 2
    assert cabin("parse", "x" * 10_000)[0] == 2
