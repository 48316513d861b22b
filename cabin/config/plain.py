"""A plugin's own section, already read from YAML into plain mappings, into a frozen dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from cabin import paths
from cabin.config.binding import Binder
from cabin.errors import ConfigError
from cabin.yamlfile import Node

__all__ = ["bind_plain", "find_file"]

Section = TypeVar("Section")


def bind_plain(kind: type[Section], section: Mapping[str, Any], key: str) -> Section:
    """Return the dataclass `kind` made from a section; `key` is its key path for messages.

    Raises ConfigError with all mistakes at once.
    """
    binder = Binder()
    bound = binder.section(kind, _node(dict(section), key), key)
    if bound is None:
        raise ConfigError(binder.problems)
    return bound


def find_file(written: Path) -> Path:
    """Return the file that a section names: as it is, or in the folder of configuration files when relative there."""
    written = written.expanduser()
    folder = paths.config_dir()
    if not written.is_absolute() and not written.exists() and folder is not None:
        return folder / written
    return written


def _node(value: Any, key: str) -> Node:
    """Rebuild nodes without lines from plain values."""
    if isinstance(value, Mapping):
        value = {str(name): _node(child, f"{key}.{name}") for name, child in value.items()}
        return Node(value, 0, Path(key))
    if isinstance(value, list | tuple):
        return Node([_node(child, key) for child in value], 0, Path(key))
    return Node(value, 0, Path(key), text="" if value is None else str(value))
