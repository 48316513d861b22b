"""A YAML node into a frozen dataclass: types, bounds and names checked, every mistake noted, every origin kept."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from cabin.config.fields import MISSING, Bounds, FieldInfo, fields_of, type_name, unwrap
from cabin.errors import ConfigError, Problem, nearest
from cabin.yamlfile import Node, parse_scalar

__all__ = ["BUILT_IN", "Binder"]

BUILT_IN = "built-in"
"""The origin of a default."""

Section = TypeVar("Section")
_WITH_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *[A-Za-z%][A-Za-z%/^0-9]*\Z")
_WRONG = object()
"""Stands for a value that could not be used; its problem is noted."""


class Binder:
    """Binds nodes; `problems` and `origins` (key path -> file:line, variable or "built-in") grow as it goes."""

    def __init__(self, obsolete: Mapping[str, str] | None = None) -> None:
        self.problems: list[Problem] = []
        self.origins: dict[str, str] = {}
        self._obsolete = obsolete or {}

    def section(self, kind: type[Section], node: Node | None, path: str = "") -> Section | None:
        """Return the dataclass `kind` made from a mapping (no node: all defaults), or None when something is wrong."""
        if node is not None and node.value is not None and not isinstance(node.value, dict):
            self._wrong_type(node, path, "a mapping")
            return None
        infos = {info.name: info for info in fields_of(kind)}
        before = len(self.problems)
        if node is not None:
            self._unknown_keys(node, path, list(infos))
        values = {name: self._field(info, node, join(path, name)) for name, info in infos.items()}
        if any(value is _WRONG for value in values.values()) or len(self.problems) > before:
            return None
        try:
            return kind(**values)
        except ConfigError as error:
            self._relocate(error, node, path)
        except Exception as error:  # a plugin's own check may raise what it likes
            where = node.where if node is not None else path
            self.problems.append(Problem(f"{path}: {str(error) or type(error).__name__}", where))
        return None

    def problem(self, node: Node, path: str, what: str, expected: str = "", hint: str = "") -> None:
        """Note a mistake: `what` is told with its key path, and with the value seen."""
        self.problems.append(Problem(f"{path}: {what}" if path else what, node.where, node.seen, expected, hint))

    def _field(self, info: FieldInfo, node: Node | None, path: str) -> Any:
        child = node.get(info.name) if node is not None else None
        if dataclasses.is_dataclass(info.type) and isinstance(info.type, type):
            return self.section(info.type, child, path) or _WRONG
        if child is None:
            if info.default is MISSING:
                where = node.where if node is not None else ""
                self.problems.append(Problem(f"key {path!r} is missing", where, expected=type_name(info.type)))
                return _WRONG
            self.origins[path] = BUILT_IN
            return info.default
        self.origins[path] = child.where
        return self._value(info.type, info.bounds, child, path)

    def _value(self, kind: Any, bounds: Bounds | None, node: Node, path: str) -> Any:
        """Return the node's value as `kind`, or _WRONG."""
        origin, arguments = get_origin(kind), get_args(kind)
        if kind is Any:
            return _frozen(node.plain())
        if origin in (Union, types.UnionType):
            if node.value is None and type(None) in arguments:
                return None
            kinds = [each for each in arguments if each is not type(None)]
            return self._value(kinds[0], bounds, node, path) if len(kinds) == 1 else self._any_of(kinds, node, path)
        if origin is Literal:
            return self._choice(arguments, node, path)
        if origin is tuple:
            return self._list(arguments[0], node, path)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(arguments[1], node, path)
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self.section(kind, node, path) or _WRONG
        return self._scalar(kind, bounds, node, path)

    def _scalar(self, kind: Any, bounds: Bounds | None, node: Node, path: str) -> Any:
        value = node.value
        if kind is str or kind is Path:
            return self._text(kind, node, path)
        if kind is bool:
            if isinstance(value, bool):
                return value
        elif not isinstance(value, bool) and isinstance(value, (int, float) if kind is float else int):
            if bounds is not None and not bounds.hold(value):
                self.problem(node, path, "out of range", str(bounds))
                return _WRONG
            return kind(value)
        expected = f"{type_name(kind)}, {bounds}" if bounds else type_name(kind)
        hint = ""
        if isinstance(value, str) and not isinstance(parse_scalar(value), str):
            hint = "Leave the quotes out."
        elif isinstance(value, str) and (with_unit := _WITH_UNIT.match(value)):
            hint = f"The key's name tells the unit: write {with_unit[1]} or what it is in that unit, and no more."
        self._wrong_type(node, path, expected, hint)
        return _WRONG

    def _text(self, kind: Any, node: Node, path: str) -> Any:
        from_environment = node.line == 0
        if isinstance(node.value, str) or (from_environment and not isinstance(node.value, dict | list)):
            if kind is str:
                return node.text
            written = Path(node.text).expanduser()
            return written if written.is_absolute() or from_environment else node.file.parent / written
        hint = ""
        if node.kind == "boolean":
            hint = f'{node.text} without quotes is a boolean in YAML: write "{node.text}".'
        elif node.kind == "number":
            hint = f'Write it in quotes: "{node.text}".'
        self._wrong_type(node, path, type_name(kind), hint)
        return _WRONG

    def _choice(self, choices: tuple[Any, ...], node: Node, path: str) -> Any:
        for choice in choices:
            same = node.text == choice if isinstance(choice, str) and _is_text(node) else node.value == choice
            if same and (isinstance(choice, str) or type(choice) is type(node.value)):
                return choice
        if node.kind == "boolean" and node.text in choices:
            hint = f'{node.text} without quotes is a boolean in YAML: write "{node.text}".'
        else:
            hint = nearest(node.text, [str(choice) for choice in choices])
        self.problem(node, path, "not one of the choices", ", ".join(map(str, choices)), hint)
        return _WRONG

    def _any_of(self, kinds: list[Any], node: Node, path: str) -> Any:
        for kind in kinds:
            attempt = Binder(self._obsolete)
            value = attempt._value(*unwrap(kind), node, path)
            if value is not _WRONG and not attempt.problems:
                return value
        self._wrong_type(node, path, " or ".join(type_name(kind) for kind in kinds))
        return _WRONG

    def _list(self, kind: Any, node: Node, path: str) -> Any:
        if not isinstance(node.value, list):
            self._wrong_type(node, path, f"a list of {type_name(kind)}")
            return _WRONG
        entries = tuple(self._value(*unwrap(kind), entry, f"{path}[{i}]") for i, entry in enumerate(node))
        return _WRONG if _WRONG in entries else entries

    def _mapping(self, kind: Any, node: Node, path: str) -> Any:
        if node.value is not None and not isinstance(node.value, dict):
            self._wrong_type(node, path, "a mapping")
            return _WRONG
        entries = {key: self._value(*unwrap(kind), entry, join(path, key)) for key, entry in node.items()}
        if any(entry is _WRONG for entry in entries.values()):
            return _WRONG
        return MappingProxyType(entries)

    def _unknown_keys(self, node: Node, path: str, known: list[str]) -> None:
        for key, child in node.items():
            if key in known:
                continue
            full = join(path, key)
            if full in self._obsolete:
                what, hint = f"key {full!r} is not here", self._obsolete[full]
                self.problems.append(Problem(what, child.where, hint=hint))
            else:
                hint = nearest(key, known) or f"Known here: {', '.join(known)}."
                self.problems.append(Problem(f"unknown key {full!r}", child.where, hint=hint))

    def _wrong_type(self, node: Node, path: str, expected: str, hint: str = "") -> None:
        self.problem(node, path, f"{node.kind} where {expected.partition(',')[0]} is wanted", expected, hint)

    def _relocate(self, error: ConfigError, node: Node | None, path: str) -> None:
        """Take over what a dataclass says of its own values, with our place and key path in front."""
        for problem in error.problems:
            child = node.get(problem.where) if node is not None else None
            where = child.where if child is not None else node.where if node is not None else ""
            what = f"{join(path, problem.where)}: {problem.what}"
            self.problems.append(Problem(what, where, problem.seen, problem.expected, problem.hint))


def join(path: str, key: str) -> str:
    """Return the key path of `key` below `path`."""
    return f"{path}.{key}" if path else key


def _is_text(node: Node) -> bool:
    return isinstance(node.value, str) or node.line == 0


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(entry) for key, entry in value.items()})
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value
