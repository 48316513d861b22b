"""Built-in defaults < a file < the environment, and what came from where.

`CABIN_<SECTION>_<KEY>` overrides `section.key` of cabin.yaml (`CABIN_RECOGNIZER_THREADS=2`), `CABIN_VEHICLE_<KEY>` a
key of vehicle.yaml, `CABIN_PLUGINS_<NAME>_<KEY>` one of a plugin's section. A list or mapping is written as YAML:
`{beam: 4}`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from cabin.config.binding import Binder, join
from cabin.config.fields import fields_of
from cabin.config.sections import MISPLACED_KEYS, OBSOLETE_KEYS, Budgets, CabinConfig, VehicleConfig
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError, Problem, nearest
from cabin.yamlfile import Node, load_yaml, parse_scalar, parse_yaml

__all__ = ["Loaded", "load_budgets", "load_config", "load_control_config", "load_vehicle_config"]

Config = TypeVar("Config")


@dataclass(frozen=True)
class Loaded(Generic[Config]):
    """A configuration with the origin of each value."""

    value: Config
    origins: Mapping[str, str]
    """Key path -> "built-in", "file:line" or "environment NAME"."""


def load_config(
    file: Path | None, environ: Mapping[str, str] = os.environ, plugin_sections: Mapping[str, type[Any]] | None = None
) -> Loaded[CabinConfig]:
    """Read cabin.yaml (None: defaults only) with the environment over it.

    `plugin_sections` are the dataclasses that plugins registered. Raises ConfigError with every mistake found.
    """
    sections = dict(plugin_sections or {})
    binder = Binder({**MISPLACED_KEYS, **OBSOLETE_KEYS})
    root = _read(file, binder)
    root = _overlay(root, _environment_of_config(environ, sections, binder))
    without, own = _split_plugins(root)
    config = binder.section(CabinConfig, without)
    bound = _bind_plugins(own, sections, binder)
    if binder.problems or config is None:
        raise ConfigError(binder.problems)
    binder.origins.pop("plugins", None)
    return Loaded(dataclasses.replace(config, plugins=MappingProxyType(bound)), MappingProxyType(binder.origins))


def load_control_config(file: Path | None, environ: Mapping[str, str] = os.environ) -> Loaded[ControlConfig]:
    """Read section `control` of cabin.yaml alone: a client can speak to the daemon whatever is wrong elsewhere in it.

    Raises ConfigError with every mistake of that section, or when the file is no YAML.
    """
    binder = Binder()
    root = _read(file, binder)
    root = _overlay(
        root.get("control") if root else None, _environment(environ, "CABIN_CONTROL_", ControlConfig, binder)
    )
    return _finish(binder, binder.section(ControlConfig, root, "control"))


def load_vehicle_config(file: Path | None, environ: Mapping[str, str] = os.environ) -> Loaded[VehicleConfig]:
    """Read vehicle.yaml (None: defaults only) with the environment over it. Raises ConfigError with every mistake."""
    binder = Binder()
    root = _read(file, binder)
    root = _overlay(root, _environment(environ, "CABIN_VEHICLE_", VehicleConfig, binder))
    return _finish(binder, binder.section(VehicleConfig, root))


def load_budgets(file: Path | None) -> Loaded[Budgets]:
    """Read a file of budgets/ (None: defaults only). Raises ConfigError with every mistake found."""
    binder = Binder()
    return _finish(binder, binder.section(Budgets, _read(file, binder)))


def _finish(binder: Binder, value: Config | None) -> Loaded[Config]:
    if binder.problems or value is None:
        raise ConfigError(binder.problems)
    return Loaded(value, MappingProxyType(binder.origins))


def _read(file: Path | None, binder: Binder) -> Node | None:
    if file is None:
        return None
    try:
        return load_yaml(file)
    except ConfigError as error:
        binder.problems.extend(error.problems)
        return None


def _split_plugins(root: Node | None) -> tuple[Node | None, Node | None]:
    """Take the section `plugins` off: its types come from the plugins."""
    if root is None or not isinstance(root.value, dict):
        return root, None
    rest = {key: child for key, child in root.value.items() if key != "plugins"}
    return Node(rest, root.line, root.file, root.text, root.key_line), root.value.get("plugins")


def _bind_plugins(node: Node | None, sections: Mapping[str, type[Any]], binder: Binder) -> dict[str, Any]:
    if node is not None and node.value is not None and not isinstance(node.value, dict):
        binder.problem(node, "plugins", "not a mapping", "the names of plugins, each with its settings")
        return {}
    for name, child in node.items() if node is not None else ():
        if name not in sections:
            known = f"Sections are registered by: {', '.join(sections)}." if sections else "No plugin registers one."
            hint = nearest(name, sections) or f"{known} `cabin plugins` lists what is loaded."
            binder.problems.append(Problem(f"unknown section 'plugins.{name}'", child.where, hint=hint))
    bound = {}
    for name, kind in sections.items():
        value = binder.section(kind, node.get(name) if node is not None else None, join("plugins", name))
        if value is not None:
            bound[name] = value
    return bound


def _overlay(base: Node | None, over: Node | None) -> Node | None:
    """Lay one mapping over another; what is no mapping is replaced."""
    if over is None or base is None:
        return over or base
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over if over.line == 0 and not isinstance(over.value, dict) else base
    merged = dict(base.value)
    for key, child in over.value.items():
        merged[key] = _overlay(merged.get(key), child) or child
    return Node(merged, base.line, base.file, base.text, base.key_line)


def _environment_of_config(
    environ: Mapping[str, str], plugin_sections: Mapping[str, type[Any]], binder: Binder
) -> Node | None:
    top: dict[str, Node] = {}
    for info in fields_of(CabinConfig):
        if dataclasses.is_dataclass(info.type) and isinstance(info.type, type):
            node = _environment(environ, f"CABIN_{info.name.upper()}_", info.type, binder)
            if node is not None:
                top[info.name] = node
    own: dict[str, Node] = {}
    for name, kind in plugin_sections.items():
        prefix = f"CABIN_PLUGINS_{_variable(name)}_"
        node = _environment(environ, prefix, kind, binder)
        if node is not None:
            own[name] = node
    if own:
        top["plugins"] = _made(own)
    return _made(top) if top else None


def _environment(environ: Mapping[str, str], prefix: str, kind: type[Any], binder: Binder) -> Node | None:
    """Return what the environment says of one section, as a mapping node, or None."""
    variables = {f"{prefix}{_variable(info.name)}": info for info in fields_of(kind)}
    found: dict[str, Node] = {}
    for name in sorted(environ):
        if not name.startswith(prefix):
            continue
        info = variables.get(name)
        if info is not None and not dataclasses.is_dataclass(info.type):
            value = _value(name, environ[name], binder)
            if value is not None:
                found[info.name] = value
            continue
        outer = next((key for key, each in variables.items() if name.startswith(f"{key}_")), None)
        if outer is not None and isinstance(variables[outer].type, type):
            inner = _environment(environ, f"{outer}_", variables[outer].type, binder)
            if inner is not None:
                found[variables[outer].name] = inner
            continue
        hint = nearest(name, variables) or f"Known: {', '.join(variables)}."
        binder.problems.append(Problem("unknown environment variable", name, hint=hint))
    return _made(found) if found else None


def _value(name: str, text: str, binder: Binder) -> Node | None:
    file = Path(f"environment {name}")
    if not text.lstrip().startswith(("[", "{")):
        return Node(parse_scalar(text), 0, file, text)
    try:
        return _placeless(parse_yaml(text, file))
    except ConfigError as error:
        binder.problems.extend(error.problems)
        return None


def _placeless(node: Node) -> Node:
    """Line 0 stands for "from the environment"."""
    value: Any = node.value
    if isinstance(value, dict):
        value = {key: _placeless(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_placeless(child) for child in value]
    return Node(value, 0, node.file, node.text)


def _made(entries: dict[str, Node]) -> Node:
    return Node(entries, 0, Path("environment"))


def _variable(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).upper()
