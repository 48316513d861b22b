"""Monitors as plugins registered them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cabin.errors import PluginError, Problem
from cabin.monitoring.monitor import Monitor

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.plugins.manager import PluginManager

__all__ = ["open_monitors", "watched_specs"]


def open_monitors(plugins: PluginManager, names: Iterable[str] = ()) -> dict[str, Monitor]:
    """Make the monitors of these names, in this order; without names all.

    Raises ConfigError for a name that nobody registered, PluginError for a monitor that cannot be made or is none.
    """
    made = {}
    for name in tuple(names) or plugins.monitors.names():
        entry = plugins.monitors.get(name)
        monitor = plugins.call(entry)
        if not isinstance(monitor, Monitor):
            expected = "watches, on_signal, on_tick, on_answer (cabin/monitoring/monitor.py)"
            raise PluginError(Problem(f"monitor {name!r} is none", entry.plugin, type(monitor).__name__, expected))
        made[name] = monitor
    return made


def watched_specs(monitors: Mapping[str, Monitor], known: Mapping[str, SignalSpec]) -> dict[str, SignalSpec]:
    """Return `known` and the signals that monitors watch; what a catalog says of a signal goes before."""
    watched = {watch.path: watch.spec for monitor in monitors.values() for watch in monitor.watches}
    return {**watched, **known}
