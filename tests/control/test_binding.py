from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest

from cabin.config.fields import Bounds
from cabin.control.binding import bind, short


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Outer:
    count: Annotated[int, Bounds(1, 3)]
    share: float = 0.5
    kind: Literal["a", "b"] = "a"
    is_on: bool = False
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    by_name: Mapping[str, bool | int | float | str] = field(default_factory=dict)


def wrong(value, strict=True):
    problems = bind(Outer, value, strict=strict)
    assert isinstance(problems, list), problems
    return [(problem.where, problem.what, problem.seen) for problem in problems]


def test_what_fits():
    value = {
        "count": 2,
        "share": 1,
        "kind": "b",
        "is_on": True,
        "inner": {"name": "x"},
        "many": [{"name": "y"}],
        "by_name": {"a": True, "b": 1, "c": 1.0, "d": "1"},
    }
    made = bind(Outer, value, strict=True)
    assert made == Outer(2, 1.0, "b", True, Inner("x"), (Inner("y"),), value["by_name"])
    assert [type(each) for each in made.by_name.values()] == [bool, int, float, str]
    assert bind(Outer, {"count": 1}, strict=True) == Outer(1)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"count": 4}, "count"),
        ({"count": True}, "count"),
        ({"count": 1.0}, "count"),
        ({"count": 1, "share": "1"}, "share"),
        ({"count": 1, "share": True}, "share"),
        ({"count": 1, "is_on": 1}, "is_on"),
        ({"count": 1, "kind": "c"}, "kind"),
        ({"count": 1, "kind": ["a"]}, "kind"),
        ({"count": 1, "inner": {"name": 5}}, "inner"),
        ({"count": 1, "many": [{"name": "x"}, {}]}, "many[1]"),
        ({"count": 1, "many": {}}, "many"),
        ({"count": 1, "by_name": {"a": None}}, "by_name.a"),
        ({"count": 1, "by_name": []}, "by_name"),
    ],
)
def test_what_does_not_is_told_with_its_place(value, where):
    assert [each[0] for each in wrong(value)] == [where]


def test_unknown_fields_are_refused_or_left_out():
    assert wrong({"count": 1, "shar": 1})[0][1] == "unknown field 'shar'"
    assert bind(Outer, {"count": 1, "shar": 1}, strict=False) == Outer(1)
    assert wrong([])[0][2] == "a list"
    assert len(wrong({"kind": 1, "share": []})) == 3


def test_values_are_shown_short():
    shown = [short(value) for value in ({}, [], "x" * 500, 10**400, None, True, False, 1.5)]
    assert shown == [
        "an object",
        "a list",
        "'" + "x" * 56 + "...",
        "a very large number",
        "null",
        "true",
        "false",
        "1.5",
    ]
