"""What a configuration dataclass says of its fields: type, bounds, default, and the docstring under each."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import types
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

__all__ = ["MISSING", "Bounds", "FieldInfo", "fields_of", "section_doc", "type_name", "unwrap", "walk"]

MISSING = dataclasses.MISSING
"""Stands for "no default": the key must be given."""


@dataclass(frozen=True)
class Bounds:
    """Limits of a number, both included: `threads: Annotated[int, Bounds(1, 16)] = 1`."""

    minimum: float | None = None
    maximum: float | None = None

    def __str__(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        return f"{self.minimum:g} or more" if self.minimum is not None else f"{self.maximum:g} or less"

    def hold(self, value: float) -> bool:
        """Whether `value` is within."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True)
class FieldInfo:
    """One field of a configuration dataclass."""

    name: str
    type: Any
    """Without Annotated."""
    bounds: Bounds | None
    default: Any
    """The default value, or MISSING."""
    section: type[Any]
    """The dataclass that has it."""

    @property
    def doc(self) -> str:
        """The docstring under the field, on one line. Read from the source when first asked for: that takes long."""
        return _docs(cast("Hashable", self.section)).get(self.name, "")


def fields_of(section: type[Any]) -> tuple[FieldInfo, ...]:
    """Return the fields of a dataclass, in order."""
    return _fields_of(cast("Hashable", section))


@cache
def _fields_of(section: Hashable) -> tuple[FieldInfo, ...]:
    assert isinstance(section, type)
    assert dataclasses.is_dataclass(section)
    hints = get_type_hints(section, include_extras=True)
    infos = []
    for field in dataclasses.fields(section):
        kind, bounds = unwrap(hints[field.name])
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        infos.append(FieldInfo(field.name, kind, bounds, default, section))
    return tuple(infos)


def section_doc(section: type[Any]) -> str:
    """Return the first paragraph of a dataclass's own docstring, on one line."""
    return " ".join((inspect.getdoc(section) or "").partition("\n\n")[0].split())


def walk(section: type[Any], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield (key path, field) of every field that is no section itself, in order."""
    for info in fields_of(section):
        path = f"{prefix}{info.name}"
        if dataclasses.is_dataclass(info.type) and isinstance(info.type, type):
            yield from walk(info.type, f"{path}.")
        else:
            yield path, info


def unwrap(hint: Any) -> tuple[Any, Bounds | None]:
    """Take Annotated off a type; return the type and its bounds."""
    if get_origin(hint) is Annotated:
        kind, *notes = get_args(hint)
        return kind, next((note for note in notes if isinstance(note, Bounds)), None)
    return hint, None


def type_name(kind: Any) -> str:
    """Return a type as documentation and messages name it."""
    kind = unwrap(kind)[0]
    simple = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "anything"}
    if kind in simple:
        return simple[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(map(str, arguments))
    if origin in (Union, types.UnionType):
        return " or ".join("nothing" if each is type(None) else type_name(each) for each in arguments)
    if origin is tuple:
        return f"list of {type_name(arguments[0])}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping of {type_name(arguments[1])}"
    return "path" if getattr(kind, "__name__", "") == "Path" else "mapping"


@cache
def _docs(section: Hashable) -> Mapping[str, str]:
    """Return the string literals that stand under the fields in the source; none where there is no source."""
    assert isinstance(section, type)
    docs: dict[str, str] = {}
    for owner in reversed(section.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        except (OSError, TypeError, SyntaxError):
            continue
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for statement, after in itertools.pairwise(body):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                docs[statement.target.id] = " ".join(after.value.value.split())
    return docs
