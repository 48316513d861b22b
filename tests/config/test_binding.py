"""A YAML node into a dataclass: every type, every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from cabin.config import Bounds
from cabin.config.binding import Binder
from cabin.errors import ConfigError, Problem
from cabin.yamlfile import parse_yaml


@dataclass(frozen=True)
class Inner:
    """What is inside."""

    level: Annotated[int, Bounds(1, 5)] = 2
    """How high."""


@dataclass(frozen=True)
class Everything:
    """One field of each type."""

    text: str
    number: float = 1.5
    whole: int = 3
    flag: bool = False
    choice: Literal["low", "high", "on"] = "low"
    maybe: str | None = None
    either: int | str = 1
    file: Path = Path("a.txt")
    names: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)
    inners: Mapping[str, Inner] = field(default_factory=dict)
    anything: Any = None


def bind(text, kind=Everything):
    binder = Binder({"old": "Use `whole`."})
    value = binder.section(kind, parse_yaml(text, Path("/etc/x.yaml")))
    return value, binder


def problems(text, kind=Everything):
    value, binder = bind(text, kind)
    assert value is None
    return [str(problem) for problem in binder.problems]


def test_every_type():
    value, binder = bind(
        "text: hello\nnumber: 2\nwhole: -4\nflag: yes\nchoice: high\nmaybe: ~\neither: x\nfile: b.txt\nnames: [a, b]\n"
        "levels: {a: 1}\ninner: {level: 5}\ninners: {one: {level: 1}}\nanything: {a: [1, {b: on}]}\n"
    )
    assert binder.problems == []
    assert (value.text, value.number, value.whole, value.flag, value.choice) == ("hello", 2.0, -4, True, "high")
    assert isinstance(value.number, float)
    assert (value.maybe, value.either, value.file) == (None, "x", Path("/etc/b.txt"))
    assert (value.names, dict(value.levels), value.inner, dict(value.inners)) == (
        ("a", "b"),
        {"a": 1},
        Inner(5),
        {"one": Inner(1)},
    )
    assert value.anything["a"][1]["b"] is True
    assert binder.origins["inner.level"] == "/etc/x.yaml:11"


def test_defaults_and_their_origin():
    value, binder = bind("text: hello")
    assert value == Everything("hello")
    assert binder.origins["text"] == "/etc/x.yaml:1"
    assert binder.origins["inner.level"] == "built-in"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("number: fast", "number: text where number is wanted; seen: 'fast'; expected: number."),
        ('number: "2"', "seen: '2'; expected: number. Leave the quotes out."),
        ("number: on", "number: boolean where number is wanted; seen: on"),
        ("whole: 2.5", "whole: number where whole number is wanted; seen: 2.5"),
        ("whole: true", "whole: boolean where whole number is wanted"),
        ("flag: 1", "flag: number where true or false is wanted; seen: 1"),
        ('flag: "yes"', "flag: text where true or false is wanted; seen: 'yes'"),
        ("choice: hihg", "choice: not one of the choices; seen: 'hihg'; expected: low, high, on. Did you mean 'high'?"),
        ("choice: on", 'on without quotes is a boolean in YAML: write "on".'),
        ("maybe: [a]", "maybe: list where text is wanted; seen: a list"),
        ("either: 2.5", "either: number where whole number or text is wanted"),
        ("names: a", "names: text where a list of text is wanted"),
        ("names: [a, no]", "names[1]: boolean where text is wanted; seen: no; expected: text. no without quotes"),
        ("levels: {a: x}", "levels.a: text where whole number is wanted"),
        ("levels: [1]", "levels: list where a mapping is wanted"),
        ("inner: 3", "inner: number where a mapping is wanted"),
        ("inner: {level: 6}", "inner.level: out of range; seen: 6; expected: 1 to 5"),
        ("inner: {levle: 1}", "unknown key 'inner.levle'. Did you mean 'level'?"),
        ("inners: {one: {level: 9}}", "inners.one.level: out of range"),
        ("nubmer: 1", "unknown key 'nubmer'. Did you mean 'number'?"),
        ("zzzzzz: 1", "unknown key 'zzzzzz'. Known here: text, number"),
        ("old: 1", "key 'old' is not here. Use `whole`."),
    ],
)
def test_mistakes(line, told):
    (problem,) = problems(f"text: x\n{line}")
    assert problem.startswith("/etc/x.yaml:2: ")
    assert told in problem


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "true"])
def test_a_bare_boolean_where_text_is_wanted(word):
    (problem,) = problems(f"text: {word}")
    assert f'{word} without quotes is a boolean in YAML: write "{word}".' in problem


def test_a_number_where_text_is_wanted():
    (problem,) = problems("text: 12")
    assert 'Write it in quotes: "12".' in problem


def test_a_missing_key():
    (problem,) = problems("whole: 1")
    assert "key 'text' is missing; expected: text" in problem


def test_all_at_once():
    assert len(problems("number: x\nwhole: x\ninner: {level: 9, foo: 1}\nbar: 2")) == 6


@dataclass(frozen=True)
class Careful:
    low: int = 1
    high: int = 2

    def __post_init__(self):
        if self.low > self.high:
            raise ConfigError(Problem("more than high", "low", str(self.low), f"at most {self.high}"))
        if self.low == 0:
            raise ValueError("zero will not do")


def test_a_dataclass_may_check_itself():
    assert problems("high: 3\nlow: 4", Careful) == ["/etc/x.yaml:2: low: more than high; seen: 4; expected: at most 3."]
    (problem,) = problems("low: 0", Careful)
    assert "zero will not do" in problem
