"""JSON schema of the configuration files, plugins' sections included: for editors and for checks elsewhere."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from cabin.config.fields import MISSING, Bounds, FieldInfo, fields_of, section_doc, unwrap
from cabin.config.sections import Budgets, CabinConfig, VehicleConfig

__all__ = ["DIALECT", "FILES", "schema_of"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FILES: dict[str, type[Any]] = {"cabin.yaml": CabinConfig, "vehicle.yaml": VehicleConfig, "budgets": Budgets}
"""Kind of file -> its dataclass."""


def schema_of(file: str, plugin_sections: Mapping[str, type[Any]] | None = None) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of one of FILES."""
    schema = _section(FILES[file])
    if file == "cabin.yaml":
        sections = {name: _section(kind) for name, kind in (plugin_sections or {}).items()}
        own = {"type": "object", "properties": sections, "additionalProperties": False}
        schema["properties"]["plugins"] = own | {"description": schema["properties"]["plugins"].get("description", "")}
    return {"$schema": DIALECT, "title": file, **schema}


def _section(kind: type[Any]) -> dict[str, Any]:
    infos = fields_of(kind)
    schema: dict[str, Any] = {
        "type": "object",
        "description": section_doc(kind),
        "properties": {info.name: _field(info) for info in infos},
        "additionalProperties": False,
    }
    required = [info.name for info in infos if info.default is MISSING]
    return schema | ({"required": required} if required else {})


def _field(info: FieldInfo) -> dict[str, Any]:
    schema = _type(info.type, info.bounds)
    if info.doc:
        schema["description"] = info.doc
    if info.default is not MISSING and not dataclasses.is_dataclass(info.default):
        schema["default"] = _plain(info.default)
    return schema


def _type(hint: Any, bounds: Bounds | None = None) -> dict[str, Any]:
    kind, inner = unwrap(hint)
    bounds = bounds or inner
    origin, arguments = get_origin(kind), get_args(kind)
    simple = {str: "string", Path: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    if kind in simple:
        schema: dict[str, Any] = {"type": simple[kind]}
        if bounds is not None and bounds.minimum is not None:
            schema["minimum"] = bounds.minimum
        if bounds is not None and bounds.maximum is not None:
            schema["maximum"] = bounds.maximum
        return schema
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_type(each, bounds) for each in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0])}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(arguments[1])}
    return _section(kind) if dataclasses.is_dataclass(kind) and isinstance(kind, type) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, Path) else value
