"""Plugins: which are loaded, and the guard around every call to them.

    plugins = load_plugins()
    plugins.recognizers.get("moonshine").thing(settings)
    verdict = plugins.check_policy(command, vehicle)

- defaults.py   the first-party plugins, in loading order
- loading.py    finding them and the entry points of strangers
- manager.py    one typed method a hook; registries by name
- guard.py      time budgets, faults, quarantine
- registry.py   name -> what a plugin registered
- scaffold.py   `cabin plugins new`
"""

from __future__ import annotations

from cabin.plugins.defaults import DEFAULT_PLUGINS
from cabin.plugins.guard import Fault, GuardSettings
from cabin.plugins.loading import load_plugins
from cabin.plugins.manager import PluginInfo, PluginManager
from cabin.plugins.registry import Registered, Registry

__all__ = [
    "DEFAULT_PLUGINS",
    "Fault",
    "GuardSettings",
    "PluginInfo",
    "PluginManager",
    "Registered",
    "Registry",
    "load_plugins",
]
