"""Plain JSON values into frozen dataclasses by their types, with every mistake told."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from cabin.config.fields import Bounds, unwrap
from cabin.errors import Problem, nearest

__all__ = ["bind", "short"]

Kind = TypeVar("Kind")
_WRONG = object()
"""Stands for a value that could not be used; its problem is noted."""


def bind(kind: type[Kind], value: Any, *, strict: bool, where: str = "") -> Kind | list[Problem]:
    """Return the dataclass made from a JSON object, or what is wrong with it.

    `strict` refuses unknown fields (requests); otherwise they are left out (answers of a newer daemon).
    """
    binder = _Binder(strict)
    made = binder.dataclass(kind, value, where)
    return binder.problems if binder.problems or made is _WRONG else made


class _Binder:
    """One value being bound; `problems` grows as it goes."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.problems: list[Problem] = []

    def dataclass(self, kind: type[Any], value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            return self._wrong(path, value, "an object")
        hints = _hints(cast("Hashable", kind))
        if self.strict:
            for key in value:
                if key not in hints:
                    hint = nearest(key, hints) or (f"Known: {', '.join(hints)}." if hints else "It takes none.")
                    self.problems.append(Problem(f"unknown field {short(key)}", path, hint=hint))
        before = len(self.problems)
        fields = {}
        for name, (hint, is_required) in hints.items():
            if name in value:
                fields[name] = self.value(hint, value[name], f"{path}.{name}" if path else name)
            elif is_required:
                self.problems.append(Problem(f"field {name!r} is missing", path))
        if len(self.problems) > before:
            return _WRONG
        try:
            return kind(**fields)
        except ValueError as error:
            self.problems.append(Problem(str(error), path))
            return _WRONG

    def value(self, hint: Any, value: Any, path: str) -> Any:
        kind, bounds = unwrap(hint)
        origin, arguments = get_origin(kind), get_args(kind)
        if kind is Any:
            return value
        if origin is Literal:
            known = ", ".join(map(str, arguments))
            return value if isinstance(value, str) and value in arguments else self._wrong(path, value, known)
        if origin in (Union, types.UnionType):
            return self._any_of(arguments, value, path)
        if origin is tuple:
            if not isinstance(value, list):
                return self._wrong(path, value, "a list")
            return tuple(self.value(arguments[0], entry, f"{path}[{i}]") for i, entry in enumerate(value))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            if not isinstance(value, dict):
                return self._wrong(path, value, "an object")
            return {key: self.value(arguments[1], entry, f"{path}.{key}") for key, entry in value.items()}
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self.dataclass(kind, value, path)
        return self._scalar(kind, bounds, value, path)

    def _scalar(self, kind: Any, bounds: Bounds | None, value: Any, path: str) -> Any:
        if kind is type(None):
            return value if value is None else self._wrong(path, value, "null")
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value)
        if type(value) is not kind or (kind is float and not math.isfinite(value)):
            names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
            return self._wrong(path, value, names[kind])
        if bounds is not None and not bounds.hold(value):
            return self._wrong(path, value, str(bounds))
        return value

    def _any_of(self, kinds: tuple[Any, ...], value: Any, path: str) -> Any:
        """Take the first kind that fits exactly: 1 stays a whole number where both int and float would do."""
        for exact in (True, False):
            for kind in kinds:
                if exact and isinstance(kind, type) and type(value) is not kind:
                    continue
                attempt = _Binder(self.strict)
                made = attempt.value(kind, value, path)
                if made is not _WRONG and not attempt.problems:
                    return made
        return self._wrong(path, value, " or ".join(getattr(kind, "__name__", str(kind)) for kind in kinds))

    def _wrong(self, path: str, value: Any, expected: str) -> Any:
        self.problems.append(Problem("wrong value", path, short(value), expected))
        return _WRONG


@cache
def _hints(kind: Hashable) -> Mapping[str, tuple[Any, bool]]:
    """Return name -> (type, whether it must be given) of a dataclass's fields."""
    assert isinstance(kind, type)
    assert dataclasses.is_dataclass(kind)
    hints = get_type_hints(kind, include_extras=True)
    missing = dataclasses.MISSING
    return {
        field.name: (hints[field.name], field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(kind)
    }


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def short(value: Any) -> str:
    """Return a value as messages show it: never long, whatever was sent."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return "a very large number"
    text = repr(value) if isinstance(value, str) else {True: "true", False: "false", None: "null"}.get(value, value)
    return text if len(text := str(text)) <= 60 else f"{text[:57]}..."
