"""Which plugins are loaded: the first-party ones, then those of other packages, all through the same door.

Environment:
- `CABIN_LOAD_PLUGINS=a,b` loads only these; `CABIN_LOAD_PLUGINS=` loads none (safe mode);
- `CABIN_TRACE_PLUGINS=1` writes every call, its arguments, result and time to standard error.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cabin.errors import nearest
from cabin.hookspecs import ENTRY_POINT_GROUP
from cabin.plugins.defaults import DEFAULT_PLUGINS
from cabin.plugins.guard import GuardSettings
from cabin.plugins.manager import PluginManager

__all__ = ["Candidate", "candidates", "load_plugins"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A plugin that could be loaded."""

    name: str
    load: Callable[[], Any]
    """Imports it and returns the module or object."""
    distribution: str
    """The package that brings it."""
    version: str


def load_plugins(environ: Mapping[str, str] = os.environ, settings: GuardSettings | None = None) -> PluginManager:
    """Load every plugin that the environment allows. Raises nothing: what goes wrong is a fault of the plugin."""
    manager = PluginManager(settings, trace=environ.get("CABIN_TRACE_PLUGINS", "") not in ("", "0"))
    found = candidates()
    wanted = _wanted(environ)
    if wanted is not None:
        for name in sorted(wanted - {candidate.name for candidate in found}):
            hint = nearest(name, (candidate.name for candidate in found))
            manager.note_missing(name, f"CABIN_LOAD_PLUGINS names it but no package brings it. {hint}".strip())
    for candidate in found:
        if wanted is None or candidate.name in wanted:
            manager.load(candidate.name, candidate.load, candidate.distribution, candidate.version)
        else:
            manager.note_left_out(candidate.name, candidate.distribution, candidate.version)
    manager.register_all()
    return manager


def candidates() -> list[Candidate]:
    """Return the first-party plugins in their order, then those of entry points by name."""
    from cabin import __version__

    entry_points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    found = [Candidate(name, _importer(name), "cabin", __version__) for name in DEFAULT_PLUGINS]
    strangers = (point for point in entry_points if point.dist is None or point.dist.name != "cabin")
    for point in _unique(strangers):
        dist = point.dist
        found.append(
            Candidate(point.name, point.load, dist.name if dist else point.value, dist.version if dist else "")
        )
    return found


def _importer(module: str) -> Callable[[], Any]:
    return lambda: importlib.import_module(module)


def _unique(points: Iterable[importlib.metadata.EntryPoint]) -> list[importlib.metadata.EntryPoint]:
    """Sort by name; one package found twice on the path counts once."""
    seen: dict[tuple[str, str], importlib.metadata.EntryPoint] = {}
    for point in points:
        seen.setdefault((point.name, point.value), point)
    return sorted(seen.values(), key=lambda point: (point.name, point.value))


def _wanted(environ: Mapping[str, str]) -> set[str] | None:
    value = environ.get("CABIN_LOAD_PLUGINS")
    return None if value is None else {name.strip() for name in value.split(",") if name.strip()}
