"""YAML files read strictly, with the line of every value, for configuration and catalogs alike.

What YAML 1.1 does behind an author's back is switched off or made visible here:

- a bare `on`, `off`, `yes`, `no`, `true` or `false` is a boolean *and* keeps the word written (`Node.text`), so that a
  reader that wants a string can ask for quotes instead of getting True;
- no octal (`010`), sexagesimal (`1:30`), date or `.inf` values: what is not a plain decimal number is text;
- duplicate keys, keys that are bare booleans, tags (`!x`), anchors and aliases are refused.

All mistakes that can be told from the text alone are told at once. Parsing is libyaml's, through PyYAML's CParser;
only the meaning of its events is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml._yaml import CParser

from cabin.errors import ConfigError, Problem

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Node", "Scalar", "load_yaml", "parse_scalar", "parse_yaml"]

MAX_BYTES = 8 * 1024 * 1024
"""Larger files are refused before they are read: no configuration or catalog comes near it."""

MAX_DEPTH = 40
"""Nesting past this is a mistake or an attack."""

Scalar = str | int | float | bool | None

_BOOLEANS = {
    form: meaning
    for word, meaning in {"yes": True, "no": False, "on": True, "off": False, "true": True, "false": False}.items()
    for form in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_NUMBER_STARTS = frozenset("0123456789+-.")
_MAX_INTEGER_DIGITS = 18
_LIST, _DROP = "(list)", "(drop)"
"""Stand where a key does, told apart from one by identity."""


class Node:
    """One value of a file and where it stands. Not changed after loading."""

    __slots__ = ("file", "key_line", "line", "text", "value")

    def __init__(self, value: Any, line: int, file: Path, text: str = "", key_line: int = 0) -> None:
        self.value: Scalar | dict[str, Node] | list[Node] = value
        """str, int, float, bool or None; dict of key -> Node; list of Node."""
        self.line = line
        """Line of the value, from 1."""
        self.file = file
        self.text = text
        """A scalar as written, without its quotes; empty for a mapping or list."""
        self.key_line = key_line or line
        """Line of the key that the value stands under; that of the value itself in a list."""

    def __repr__(self) -> str:
        return f"Node({self.plain()!r}, {self.where})"

    @property
    def where(self) -> str:
        """file:line of the key (or of the entry of a list), as `Problem.where` wants it; no line when in no file."""
        return f"{self.file}:{self.key_line}" if self.key_line else str(self.file)

    @property
    def kind(self) -> str:
        """One of "mapping", "list", "text", "number", "boolean", "nothing", as messages name it."""
        value = self.value
        if isinstance(value, dict):
            return "mapping"
        if isinstance(value, list):
            return "list"
        if isinstance(value, bool):
            return "boolean"
        if isinstance(value, int | float):
            return "number"
        return "nothing" if value is None else "text"

    @property
    def seen(self) -> str:
        """The value as `Problem.seen` wants it: short, as written."""
        if isinstance(self.value, dict):
            return "a mapping" if self.value else "an empty mapping"
        if isinstance(self.value, list):
            return "a list" if self.value else "an empty list"
        if self.value is None:
            return "nothing"
        text = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        return f"{text!r}" if isinstance(self.value, str) else text

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys and values of a mapping; nothing for any other kind."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def __iter__(self) -> Iterator[Node]:
        """Yield the entries of a list; nothing for any other kind."""
        if isinstance(self.value, list):
            yield from self.value

    def get(self, key: str) -> Node | None:
        """Return the value under `key` of a mapping, or None."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def plain(self) -> Any:
        """Return the value without lines: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def load_yaml(path: Path, max_bytes: int = MAX_BYTES) -> Node:
    """Read one YAML document. An empty file is a Node whose value is None.

    Raises ConfigError, with every mistake found, when the file is missing, too large, not UTF-8 or not strict YAML.
    """
    try:
        if not path.is_file():
            what = "is no file" if path.exists() else "no such file"
            raise ConfigError(Problem(what, where=str(path)))
        if path.stat().st_size > max_bytes:
            seen, expected = f"{path.stat().st_size:,} bytes", f"at most {max_bytes:,} bytes"
            raise ConfigError(Problem("file too large", where=str(path), seen=seen, expected=expected))
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read ({error.strerror or error})", where=str(path))) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            Problem("not UTF-8", f"{path}:{line}", seen=f"byte 0x{data[error.start]:02x}", hint="Save it as UTF-8.")
        ) from error
    return parse_yaml(text, path)


def parse_yaml(text: str, file: Path) -> Node:
    """Do what `load_yaml` does for text at hand; `file` only names it in messages."""
    composer = _Composer(file)
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            composer.take(event)
    except yaml.YAMLError as error:
        composer.problems.append(_syntax_problem(error, file))
    except _Stop:
        pass
    if composer.problems:
        raise ConfigError(composer.problems)
    return composer.root or Node(None, 1, file)


class _Stop(Exception):  # noqa: N818 - it never leaves this file
    """Reading further would only tell more of the same problem."""


class _Composer:
    """Parser events into nodes, collecting problems.

    Without recursion: PyYAML's own composer overflows the C stack on 100,000 opening brackets.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._stack: list[Node] = []
        self._keys: list[tuple[str | None, int]] = []
        """For each mapping open on the stack: the key that waits for its value, and its line; for each list _LIST."""
        self._skip_depth = 0
        """Open collections that stand where a key should: read, not kept."""

    def take(self, event: Any) -> None:
        """Take the parser's next event."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._open([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            if self._skip_depth:
                self._skip_depth -= 1
                if not self._skip_depth:
                    self._keys[-1] = (_DROP, 0)
            else:
                self._stack.pop()
                self._keys.pop()
        elif kind is yaml.AliasEvent:
            self._refuse_anchor(event)
            self._add(None, event)
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            self._problem(event, "a second document begins", hint="Write one document a file, without `---`.")
            raise _Stop

    def _scalar(self, event: Any) -> None:
        plain = event.implicit[0]
        self._check_properties(event)
        if not self._skip_depth and self._keys and self._keys[-1][0] is None:
            self._take_key(event, plain)
        else:
            text = event.value
            self._add(parse_scalar(text) if plain else text, event, text)

    def _open(self, value: Any, event: Any) -> None:
        self._check_properties(event)
        if len(self._stack) + self._skip_depth >= MAX_DEPTH:
            self._problem(event, f"nested deeper than {MAX_DEPTH} levels")
            raise _Stop
        if self._skip_depth:
            self._skip_depth += 1
        elif self._keys and self._keys[-1][0] is None:
            self._problem(event, "a key must be plain text", seen="a mapping or list", hint="Put quotes around it.")
            self._skip_depth = 1
        else:
            node = self._add(value, event)
            self._stack.append(node)
            self._keys.append((None, 0) if type(value) is dict else (_LIST, 0))

    def _take_key(self, event: Any, plain: bool) -> None:
        key, line = event.value, event.start_mark.line + 1
        if plain and key in _BOOLEANS:
            self._problem(event, f"key {key!r} is a boolean in YAML", hint=f'Write it in quotes: "{key}".')
        elif plain and key == "<<":
            self._problem(event, "YAML merge keys are not allowed", hint="Write the values out.")
            key = _DROP
        first = self._stack[-1].value.get(key)  # type: ignore[union-attr]
        if first is not None:
            self._problem(
                event, f"key {key!r} stands twice", hint=f"It is first given in line {first.key_line}; keep one."
            )
            key = _DROP
        self._keys[-1] = (key, line)

    def _add(self, value: Any, event: Any, text: str = "") -> Node:
        line = event.start_mark.line + 1
        if not self._stack:
            self.root = node = Node(value, line, self.file, text)
            return node
        if self._skip_depth:
            return Node(value, line, self.file, text)
        key, key_line = self._keys[-1]
        node = Node(value, line, self.file, text, key_line)
        if key is _LIST:
            self._stack[-1].value.append(node)  # type: ignore[union-attr]
            return node
        if key is None:
            self._problem(event, "a key must be plain text", seen="an alias")
        elif key is not _DROP:
            self._stack[-1].value[key] = node  # type: ignore[index, call-overload]
        self._keys[-1] = (None, 0)
        return node

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse_anchor(event)
        tag = event.tag
        if tag is not None and tag != "!":
            self._problem(event, f"tag {tag!r} is not allowed", hint="Leave it out.")

    def _refuse_anchor(self, event: Any) -> None:
        self._problem(event, "YAML anchors and aliases are not allowed", hint="Write the value out.")

    def _problem(self, event: Any, what: str, seen: str = "", hint: str = "") -> None:
        self.problems.append(Problem(what, where=f"{self.file}:{event.start_mark.line + 1}", seen=seen, hint=hint))


def parse_scalar(text: str) -> Scalar:
    """Decide what a scalar without quotes means."""
    if text in _NULLS:
        return None
    if text[0] in _NUMBER_STARTS:
        if _INTEGER.match(text) and len(text) <= _MAX_INTEGER_DIGITS:
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            return number if number - number == 0.0 else text  # 1e999 is text: no infinity gets in
        return text
    return _BOOLEANS.get(text, text)


def _syntax_problem(error: yaml.YAMLError, file: Path) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"{file}:{mark.line + 1}" if mark is not None else str(file)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    return Problem(
        f"not valid YAML: {what}" + (f" {context}" if context else ""),
        where,
        hint="Check indentation, quotes and brackets near that line.",
    )
